"""Check 4, groups: public places, by the column's values, inside its bounds, or by cases."""

from collections.abc import Mapping
from dataclasses import replace

from accord.domain.catalogue import Column, ColumnType
from accord.domain.text import is_plain, printable
from accord.query.derived import domain_values, group_of
from accord.query.plan import Group
from accord.query.predicates import columns_in
from accord.query.reach import column_reach
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-104")


def check_group(group: Group, columns: Mapping[str, Column], *, null: bool) -> None:
    """Check one group; its shape is checked, its columns are in the table.

    Args:
        group: As the plan has it.
        columns: Those of the table, by name.
        null: Whether NULL, where it may occur, has a place; in a cross table it has none.

    Raises:
        VerificationError: E-VER-104.
    """
    _expect(is_plain(group.name), printable(group.name), "unprintable")
    shown = (label for label in group.labels if label is not None)
    plain = all(is_plain(label, besides="\n\t") for label in shown)
    _expect(plain, printable(group.name), "unprintable")
    if group.cases:
        used = {name for case in group.cases for name in columns_in(case)}
        fits = tuple(sorted(used)) == group.columns and not group.date
        _expect(fits, group.name, "bins")
        return
    column = columns[group.columns[0]]
    if group.cuts:
        _check_cuts(group, column, null=null)
        return
    _expect(bool(column.domain), column.name, "no_domain")
    whole = group_of(column if null else replace(column, nulls=False))
    if group.name != column.name:  # a text function has labels of its own
        whole = replace(whole, name=group.name, labels=group.labels)
    _expect(group == whole, column.name, "domain")


def _check_cuts(group: Group, column: Column, *, null: bool) -> None:
    """A cut beyond the bounds would make a place that nothing can fall into."""
    domain = (value for value in domain_values(column) if isinstance(value, int))
    reach = column_reach(column, tuple(domain))
    if reach is None:
        raise _expect.error(group.name, "bins")
    inside = reach.low < group.cuts[0] and group.cuts[-1] <= reach.high
    nulls = (group.values == (None,)) == (column.nulls and null)
    dated = group.date == (column.type is ColumnType.DATE)
    _expect(inside and nulls and dated, group.name, "bins")
