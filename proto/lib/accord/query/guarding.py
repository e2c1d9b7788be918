"""What the guard counts of a plan: rows behind all that its sums can be solved for.

Sums are linear: whoever holds several can add and subtract them.  So guarded are not only
the sums that were asked, but the parts that they can be taken apart into: the columns of
a term, the rows that conditions divide each other into, and rows by which values are there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from accord.domain.catalogue import Table
from accord.domain.errors import VerificationError
from accord.query.cell_reaches import Grouping, reaches_of_cells
from accord.query.derived import plain_term, reaches_of
from accord.query.divisions import divisions
from accord.query.plan import CountKind, CountTerm, Measure
from accord.query.plan_rows import Monomial, Predicate, Term
from accord.query.reach import Reach, narrowed, term_reach

MAX_FAMILY: Final = 64  # combinations of columns that are there together


def guard_terms(table: Table, terms: Sequence[Term]) -> tuple[Term, ...]:
    """The columns that are counted although no sum is asked of them as they stand.

    Args:
        table: Says their bounds.
        terms: Those that are summed.
    """
    alone = _alone(table, terms)
    names = {name for term in terms if term not in alone for name in _columns(term.monomials)}
    columns = [column for column in table.columns if column.name in names]
    found = [plain_term(column, table) for column in columns]
    return tuple(term for term in found if term not in terms)


def guard_counts(
    table: Table,
    where: Predicate | None,
    arms: Sequence[Predicate],
    terms: Sequence[Term],
    measures: Sequence[Measure],
    grouping: Grouping = ((), ((),)),
) -> tuple[CountTerm, ...]:
    """What the guard must count per cell: rows, values, and values off every edge.

    Behind a product of two terms stand four corners: a sum of products taken from any of
    them (the requester can move it there with count and sums) must rest on enough rows.
    Groups move edges as WHERE does, each cell's to another place: all of them are counted.

    Args:
        table: Says which values there can be.
        where: The question's condition.
        arms: Those of CASE and FILTER.
        terms: Those that are summed, and `guard_terms` of them.
        measures: The sums.
        grouping: Groups and sets of the plan.

    Raises:
        VerificationError: E-SQL-038 too many conditions that overlap.
    """
    found = [CountTerm(CountKind.ROWS)]
    found += [CountTerm(CountKind.ROWS, arm) for arm in range(len(arms))]
    for first, *others in divisions(table, where, arms):
        found.append(CountTerm(CountKind.ROWS, first, also=tuple(others)))
    whole = narrowed(reaches_of(table), where)
    of_arms = [narrowed(whole, arm) for arm in arms]
    summed = sorted({index for measure in measures for index in measure.terms})
    alone = {index for index in summed if terms[index] in _alone(table, [terms[i] for i in summed])}
    for measure in measures:
        left = whole if measure.arm is None else of_arms[measure.arm]
        columns = {name for index in set(measure.terms) for name in terms[index].columns}
        behind = tuple(_behind(measure, terms, alone))
        for inside in reaches_of_cells(left, grouping, columns, where) or (left,):
            for indexes in behind:
                reaches = {index: term_reach(terms[index].monomials, inside) for index in indexes}
                varying = {i: reach for i, reach in reaches.items() if reach.size > 1}
                found += _corners(measure, varying)
    families = present_families(terms, measures)
    together = ((arm, present) for arm, family in families for present in family if present)
    found += [CountTerm(CountKind.PRESENT, arm, present) for arm, present in together]
    return tuple(dict.fromkeys(found))


def _alone(table: Table, terms: Sequence[Term]) -> list[Term]:
    """Terms that no sum takes apart.

    These are a column, or several with one weight that no other term has: by other
    weights, and by other sums with them, the columns' own sums could be solved for.
    """
    users = Counter(name for term in terms for name in set(_columns(term.monomials)))
    scales = {column.name: column.scale for column in table.columns}
    return [term for term in terms if _is_alone(term, users, scales)]


def _is_alone(term: Term, users: Counter[str], scales: Mapping[str, int]) -> bool:
    varying = [one for one in term.monomials if one.powers]
    linear = all(len(one.powers) == 1 and one.powers[0].exponent == 1 for one in varying)
    if not linear:
        return False
    weights = {abs(one.coefficient) * 10 ** scales[one.powers[0].column] for one in varying}
    shared = any(users[name] > 1 for name in _columns(varying))
    return len(varying) <= 1 or (len(weights) == 1 and not shared)


def _columns(monomials: Iterable[Monomial]) -> Iterator[str]:
    return (power.column for one in monomials for power in one.powers)


def _behind(measure: Measure, terms: Sequence[Term], alone: set[int]) -> Iterator[tuple[int, ...]]:
    """Indexes of the terms whose product is summed, then of the columns it is made of."""
    yield tuple(sorted(set(measure.terms)))
    if set(measure.terms) <= alone:
        return
    places = {
        term.columns[0]: index
        for index, term in enumerate(terms)
        if len(term.columns) == 1 and _is_plain(term)
    }
    parts = [
        [{index}]
        if index in alone
        else [{places[name] for name in _columns([one])} for one in terms[index].monomials]
        for index in measure.terms
    ]
    for chosen in product(*parts):
        yield tuple(sorted(set().union(*chosen)))


def _is_plain(term: Term) -> bool:
    return [one.coefficient for one in term.monomials] == [1] and all(
        power.exponent == 1 for one in term.monomials for power in one.powers
    )


def _corners(measure: Measure, reaches: dict[int, Reach]) -> Iterator[CountTerm]:
    """A term of one possible value tells nothing and hides nobody: it is left out."""
    if not measure.terms:
        if measure.present:
            yield CountTerm(CountKind.PRESENT, measure.arm, measure.present)
        return
    corners: list[tuple[int, ...]] = [()]
    for reach in reaches.values():
        corners = [(*corner, edge) for corner in corners for edge in (reach.low, reach.high)]
    # Zero is as telling as an edge: where it is none itself, one corner leaves it out, too.
    zero = tuple(reach.low if reach.high else reach.high for reach in reaches.values())
    for corner in corners if reaches else ():
        kind = CountKind.SUPPORT if corner == zero else CountKind.HEADROOM
        yield CountTerm(kind, measure.arm, measure.present, tuple(reaches), corner)


def present_families(
    terms: Sequence[Term], measures: Sequence[Measure]
) -> tuple[tuple[int | None, tuple[tuple[str, ...], ...]], ...]:
    """Per arm and column: what must be there for its sums, closed under being there together.

    Families of one member are left out: nothing can be subtracted.

    Raises:
        VerificationError: E-SQL-038 too many of them.
    """
    found: dict[tuple[int | None, str], dict[tuple[str, ...], None]] = {}
    for measure in measures:
        for name in sorted({name for index in measure.terms for name in terms[index].columns}):
            found.setdefault((measure.arm, name), {})[measure.present] = None
    families = ((arm, _closed(tuple(family))) for (arm, _), family in found.items())
    return tuple(dict.fromkeys(one for one in families if len(one[1]) > 1))


def _closed(family: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    found = dict.fromkeys(family)
    for one in family:
        found.update(dict.fromkeys(tuple(sorted({*one, *other})) for other in tuple(found)))
        if len(found) > MAX_FAMILY:
            raise VerificationError("E-SQL-038", fault="size of counts")
    return tuple(found)
