"""Made-up questions: what stands in SELECT, WHERE, GROUP BY, HAVING, ORDER BY and LIMIT."""

from collections.abc import Sequence

from hypothesis import strategies as st

from accord.domain.catalogue import Column
from tests.properties.conditions import conditions

MEANS = ("SUM", "AVG")
SPREADS = ("VAR_POP", "VAR_SAMP", "VARIANCE", "STDDEV_POP", "STDDEV_SAMP", "STDDEV")
PAIRS = (
    *("COVAR_POP", "COVAR_SAMP", "CORR", "REGR_SLOPE", "REGR_INTERCEPT", "REGR_R2"),
    *("REGR_COUNT", "REGR_AVGX", "REGR_AVGY", "REGR_SXX", "REGR_SYY", "REGR_SXY"),
)


@st.composite
def questions(
    draw: st.DrawFn, groups: Sequence[Column], numbers: Sequence[Column], wide: Column, day: Column
) -> str:
    every = [*groups, *numbers, wide, day]
    asked = draw(st.lists(items(numbers, wide, day, every), min_size=1, max_size=4, unique=True))
    labels = [column.name for column in groups] + draw(
        st.lists(expressions(groups, numbers, day), max_size=1)
    )
    where = draw(st.none() | conditions(every))
    rolled = bool(labels) and draw(st.booleans())
    shown = [*labels, *(f"GROUPING({label})" for label in labels if rolled)]
    by = ", ".join(labels)
    clauses = [
        f"SELECT {', '.join([*shown, 'COUNT(*)', *asked])} FROM t",
        f"WHERE {where}" if where else "",
        f"GROUP BY {f'ROLLUP ({by})' if rolled else by}" if by else "",
        draw(havings(numbers)),
        draw(orders(len(shown), numbers)) if draw(st.booleans()) else "",
    ]
    return " ".join(clause for clause in clauses if clause)


@st.composite
def orders(draw: st.DrawFn, shown: int, numbers: Sequence[Column]) -> str:
    """In an order that leaves no two rows equal, so that LIMIT is determined."""
    exact = [f"COUNT({numbers[0].name})", f"SUM({numbers[0].name}) - COUNT(*)", str(shown + 1)]
    keys = [draw(st.sampled_from(exact)), *(str(place) for place in range(1, shown + 1))]
    ways = st.sampled_from(["", " DESC", " NULLS FIRST", " DESC NULLS FIRST"])
    limit = draw(st.sampled_from(["", " LIMIT 2", " LIMIT 3 OFFSET 1", " LIMIT 0"]))
    return f"ORDER BY {', '.join(key + draw(ways) for key in keys)}{limit}"


def havings(numbers: Sequence[Column]) -> st.SearchStrategy[str]:
    name = numbers[0].name
    return st.sampled_from(
        [
            *("", "", ""),
            "HAVING COUNT(*) > 1",
            f"HAVING SUM({name}) >= 0 OR COUNT({name}) = 1",
            f"HAVING NOT (SUM({name}) BETWEEN -5 AND 1000 AND COUNT(*) IN (1, 2))",
            f"HAVING SUM({name}) IS NOT NULL",
        ]
    )


@st.composite
def expressions(
    draw: st.DrawFn, groups: Sequence[Column], numbers: Sequence[Column], day: Column
) -> str:
    """What GROUP BY may make places of."""
    condition = draw(conditions([*groups, *numbers, day]))
    year = f"YEAR({day.name})"
    return draw(st.sampled_from([year, f"CASE WHEN {condition} THEN 'yes' ELSE 'no' END"]))


@st.composite
def items(
    draw: st.DrawFn, numbers: Sequence[Column], wide: Column, day: Column, every: Sequence[Column]
) -> str:
    """One item of the SELECT list."""
    term = arithmetic(numbers, day)
    some, some_numbers = filters(every), [column.name for column in numbers]
    plain = st.builds("{}({}){}".format, st.sampled_from(MEANS + SPREADS), term, some)
    pair = st.builds("{}({}, {}){}".format, st.sampled_from(PAIRS), term, term, some)
    case = st.builds(
        "{}({}){}".format,
        st.sampled_from([*MEANS, "VAR_POP", "COUNT"]),
        cases(term, every),
        some,
    )
    names = st.sampled_from([wide.name, *some_numbers])
    count = st.builds("COUNT({}){}".format, st.sampled_from([one.name for one in every]), some)
    extreme = st.builds("{}({}){}".format, st.sampled_from(MEANS), names, some)
    return draw(st.one_of(plain, pair, case, computed(term), count, extreme))


def filters(columns: Sequence[Column]) -> st.SearchStrategy[str]:
    asked = conditions(columns).map(lambda condition: f" FILTER (WHERE {condition})")
    return st.one_of(st.just(""), st.just(""), asked)


@st.composite
def cases(draw: st.DrawFn, term: st.SearchStrategy[str], columns: Sequence[Column]) -> str:
    result = term | st.sampled_from(["0", "1", "-2.5", "NULL"])
    branches = draw(
        st.lists(st.tuples(conditions(columns), result), min_size=1, max_size=2, unique=True)
    )
    whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in branches)
    default = draw(st.just("") | result.map(lambda value: f" ELSE {value}"))
    factor = draw(st.sampled_from(["", "", "2 * "]))
    return f"{factor}CASE {whens}{default} END"


def arithmetic(numbers: Sequence[Column], day: Column) -> st.SearchStrategy[str]:
    leaves = st.sampled_from([column.name for column in numbers]) | st.sampled_from(
        ["3", "0.25", f"({day.name} - DATE '2000-01-01')"]
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.tuples(inner, st.sampled_from("+-*"), inner).map(
                lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
            )
            | inner.map(lambda operand: f"(-{operand})")
        ),
        max_leaves=3,
    )


@st.composite
def computed(draw: st.DrawFn, term: st.SearchStrategy[str]) -> str:
    first, second = f"SUM({draw(term)})", f"SUM({draw(term)})"
    return draw(
        st.sampled_from(
            [
                f"{first} + {second}",
                f"2 * {first} - COUNT(*)",
                f"ABS(-{first})",
                f"COALESCE({first}, 0)",
                f"NULLIF(COUNT(*), 2) + {second}",
                f"{first} / COUNT(*)",
                f"{first} / {second}",
                f"ROUND({first}, 1)",
                f"{first} > {second}",
            ]
        )
    )


@st.composite
def plain_questions(draw: st.DrawFn, groups: Sequence[Column], numbers: Sequence[Column]) -> str:
    """Functions of plain columns by plain columns; rows in the order of the groups' domains."""
    names = [column.name for column in groups]
    terms = st.tuples(
        st.sampled_from(["COUNT", *MEANS, *SPREADS]), st.sampled_from([one.name for one in numbers])
    )
    asked = draw(st.lists(terms, min_size=1, max_size=4, unique=True))
    where = draw(st.none() | conditions([*groups, *numbers]))
    by = draw(st.permutations(names))
    return (
        f"SELECT {', '.join([*names, 'COUNT(*)', *(f'{name}({x})' for name, x in asked)])} FROM t"
        f"{f' WHERE {where}' if where else ''}{f' GROUP BY {chr(44).join(by)}' if by else ''}"
    )
