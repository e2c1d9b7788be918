"""Into which sets of rows the conditions of CASE and FILTER divide each other.

Sums over ``a``, over ``b`` and over ``a OR b`` say the sum over ``a AND b``.  Whatever is
added and subtracted, rows come out together that all conditions treat alike: so each such
set is a cell for the guard, as each condition is.
"""

from collections.abc import Sequence
from typing import Final

from accord.domain.catalogue import Table
from accord.domain.errors import VerificationError
from accord.query.occurrence import examples, truth
from accord.query.plan_rows import Predicate

MAX_DIVISIONS: Final = 256


def divisions(
    table: Table, where: Predicate | None, arms: Sequence[Predicate]
) -> tuple[tuple[int, ...], ...]:
    """The arms that can be true together of one row, where they are two or more.

    Each condition comes with arms for the rows that it leaves out, so that no other row
    fulfils all of one set.

    Raises:
        VerificationError: E-SQL-038 there are too many to try, or to count.
    """
    if len(arms) <= 1:
        return ()
    kept = [] if where is None else [where]
    rows = examples(table, [*kept, *arms])
    if rows is None:  # without WHERE there may be sets that no row is in
        kept, rows = [], examples(table, arms)
    if rows is None:
        raise _too_many()
    found: dict[tuple[int, ...], None] = {}
    for row in rows:
        if all(truth(condition, row) for condition in kept):
            found[tuple(index for index, arm in enumerate(arms) if truth(arm, row))] = None
        if len(found) > MAX_DIVISIONS:
            raise _too_many()
    return tuple(sorted(together for together in found if len(together) > 1))


def _too_many() -> VerificationError:
    return VerificationError("E-SQL-038", fault="size of arms")
