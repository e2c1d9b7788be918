"""GROUP BY items become groups with public places, and their sets a chain."""

import pytest

from accord.domain.errors import AccordError
from accord.query.groups import compile_groups
from accord.query.plan import Group
from accord.query.plan_rows import Comparison, Compound, Condition, Junction
from accord.query.scope import Scope, open_scope
from accord.query.statement import parse_statement
from tests.unit.query.dated import VISITS


def scope_of(group_by: str) -> Scope:
    sql = f"SELECT region AS r, COUNT(*) FROM visits v GROUP BY {group_by}"
    return open_scope(parse_statement(sql), {"visits": VISITS})


def group(item: str) -> Group:
    (found,), sets = compile_groups(scope_of(item))
    assert sets == ((0,),)
    return found


def code(group_by: str) -> str:
    with pytest.raises(AccordError) as caught:
        compile_groups(scope_of(group_by))
    return caught.value.code


@pytest.mark.parametrize(
    ("clause", "names", "sets"),
    [
        ("region, class", ["region", "class"], ((0, 1),)),
        ("(region, class)", ["region", "class"], ((0, 1),)),
        ("v.region, r, 1", ["region"], ((0,),)),
        ("()", [], ((),)),
        ("ROLLUP (region, class)", ["region", "class"], ((0, 1), (0,), ())),
        ("region, ROLLUP (class)", ["region", "class"], ((0, 1), (0,))),
        (
            "ROLLUP ((region, class), origin)",
            ["region", "class", "origin"],
            ((0, 1, 2), (0, 1), ()),
        ),
        ("GROUPING SETS ((), (class), (class, region))", ["class", "region"], ((0, 1), (0,), ())),
    ],
)
def test_sets_go_from_fine_to_coarse(
    clause: str, names: list[str], sets: tuple[tuple[int, ...], ...]
) -> None:
    groups, found = compile_groups(scope_of(clause))

    assert ([one.name for one in groups], found) == (names, sets)


@pytest.mark.parametrize(
    "clause",
    [
        "CUBE (region, class)",
        "GROUPING SETS ((region), (class))",
        "GROUPING SETS ((region), (region))",
        "ROLLUP (region), ROLLUP (class)",
        "ROLLUP (region, region)",
        ", ".join(["ROLLUP (region)"] * 200),
        "ALL",
        "age % 2",
        "age // 0",
        "FLOOR(age / -10)",
        "FLOOR(age / depth)",
        "depth // 2.5",
        "date_trunc('hour', came)",
        "EXTRACT(hour FROM came)",
        "LEFT(region, class)",
        "SUBSTR(region, 0)",
        "AVG(age)",
    ],
)
def test_what_makes_no_public_places_is_refused(clause: str) -> None:
    assert code(clause) == "E-SQL-033"


@pytest.mark.parametrize(
    ("item", "labels", "cuts"),
    [
        ("BIN(age)", ("[0, 18)", "[18, 65)", ">= 65"), (18, 65)),
        ("BIN(age, 25)", ("[0, 25)", "[25, 50)", "[50, 75)", "[75, 100)"), (25, 50, 75)),
        ("BIN(age, 20, 60, 2)", ("< 20", "[20, 40)", "[40, 60)", ">= 60"), (20, 40, 60)),
        ("BIN(age, -100, 200, 3)", ("[0, 100)",), ()),
        ("FLOOR(age / 30)", ("0.0", "1.0", "2.0", "3.0"), (30, 60, 90)),
        ("FLOOR((age + 5) * 0.02)", ("0", "1", "2"), (45, 95)),
        ("FLOOR(age / 50) * 50 + 1", ("1.0", "51.0"), (50,)),
        ("age // 50", ("0", "1"), (50,)),
        ("YEAR(came)", ("2022", "2023", "2024"), (19358, 19723)),
        (
            "BIN(came)",
            ("< 2023-01-01", "[2023-01-01, 2024-01-01)", ">= 2024-01-01"),
            (19358, 19723),
        ),
        ("date_trunc('year', came)", ("2022-01-01", "2023-01-01", "2024-01-01"), (19358, 19723)),
        ("date_trunc('decade', came)", ("2020-01-01",), ()),
    ],
)
def test_functions_of_a_bounded_column_cut_it(
    item: str, labels: tuple[str, ...], cuts: tuple[int, ...]
) -> None:
    found = group(item)

    if len(labels) > 1 or found.cuts:
        assert (found.labels, found.cuts, found.cases) == (labels, cuts, ())
    else:
        assert (len(found.labels), len(found.cases)) == (1, 1)


def test_whole_division_cuts_towards_zero_and_floor_downwards() -> None:
    """As DuckDB 2.0: -19 // 10 is -1, FLOOR(-19 / 10) is -2.0; NULL comes last."""
    whole, floor = group("depth // 10"), group("FLOOR(depth / 10)")

    assert whole.labels == ("-2", "-1", "0", "1", "2", None)
    assert (whole.cuts, whole.values) == ((-19, -9, 10, 20), (None,))
    assert floor.labels == ("-3.0", "-2.0", "-1.0", "0.0", "1.0", "2.0", None)
    assert floor.cuts == (-20, -10, 0, 10, 20)


def test_ceiling_cuts_above_each_multiple() -> None:
    assert group("CEIL(depth / 10)").cuts == (-19, -9, 1, 11, 21)


def test_bins_of_a_decimal_column_are_on_its_digits() -> None:
    found = group("BIN(wages, 1000.5)")

    assert found.cuts == (100050, 200100, 300150, 400200)
    assert found.labels[0] == "[0, 1000.5)"


def test_months_of_all_years_are_one_place_each() -> None:
    found = group("MONTH(came)")

    assert found.labels == tuple(str(month) for month in range(1, 13))
    assert found.cases[10] == Compound(
        Junction.OR,
        (
            Condition("came", Comparison.LESS_EQUAL, (19326,), date=True),
            Compound(
                Junction.AND,
                (
                    Condition("came", Comparison.GREATER_EQUAL, (19662,), date=True),
                    Condition("came", Comparison.LESS_EQUAL, (19691,), date=True),
                ),
            ),
        ),
    )


def test_a_text_function_that_tells_values_apart_only_renames_them() -> None:
    found = group("UPPER(region)")

    assert found.labels == ("NORTH", "NORTH-EAST", "SOUTH", None)
    assert found.values == ("North", "north-east", "South", None)


def test_a_text_function_joins_values_of_one_name() -> None:
    found = group("SUBSTR(LOWER(v.region), 1, 5)")

    assert found.labels == ("north", "south", None)
    assert found.cases == (
        Condition("region", Comparison.IN, ("North", "north-east")),
        Condition("region", Comparison.IN, ("South",)),
        Condition("region", Comparison.IS_NULL, ()),
    )


def test_intervals_of_public_values_list_them() -> None:
    found = group("BIN(class, 5)")

    assert found.labels == ("[0, 5)", "[5, 10)", None)
    assert found.cases[0] == Condition("class", Comparison.IN, (1, 2))


def test_dates_with_public_values_keep_only_these() -> None:
    found = group("date_trunc('quarter', cutoff)")

    assert (found.labels, found.date) == (("2023-10-01", "2024-10-01"), True)
    assert found.values == (19722, 20088)


def test_the_first_true_case_counts() -> None:
    found = group("CASE WHEN age < 18 THEN 'minor' WHEN age < 65 THEN 'adult' ELSE 'old' END")

    assert found.labels == ("minor", "adult", "old")
    assert found.cases == (
        Condition("age", Comparison.LESS, (18,)),
        Condition("age", Comparison.LESS, (65,)),
        Compound(Junction.AND, ()),
    )


def test_cases_that_no_row_reaches_have_no_place() -> None:
    """An empty group would be withheld like a small one."""
    assert group("CASE WHEN age >= 0 THEN 'all' ELSE 'none' END").labels == ("all",)
    assert group("CASE WHEN depth >= -25 THEN 'all' END").labels == ("all", None)
    assert group("IF(age > 20, 'a', -1)").labels == ("a", "-1")


def test_results_of_one_name_are_one_place() -> None:
    found = group("CASE region WHEN 'North' THEN 1 WHEN 'South' THEN 2 ELSE 1 END")
    is_north = Condition("region", Comparison.EQUAL, ("North",))

    assert (found.labels, found.columns) == (("1", "2"), ("region",))
    assert isinstance(found.cases[0], Compound)
    assert (found.cases[0].junction, found.cases[0].operands[0]) == (Junction.OR, is_north)
    assert isinstance(found.cases[1], Compound)
    not_north = Compound(Junction.NOT, (Compound(Junction.IS_TRUE, (is_north,)),))
    assert found.cases[1].operands[0] == not_north


@pytest.mark.parametrize(
    ("expected", "item"),
    [
        ("E-SQL-005", "BIN(agee, 2)"),
        ("E-SQL-006", "UPPER(person)"),
        ("E-SQL-022", "LEFT(note, 1)"),
        ("E-SQL-026", "BIN(region, 2)"),
        ("E-SQL-026", "FLOOR(note)"),
        ("E-SQL-026", "YEAR(region)"),
        ("E-SQL-027", "BIN(loose, 2)"),
        ("E-SQL-027", "FLOOR(loose)"),
        ("E-SQL-027", "YEAR(loose)"),
        ("E-SQL-030", "BIN(wages, 0.001)"),
        ("E-SQL-030", "FLOOR(wages * 1000)"),
        ("E-SQL-030", "BIN(age, 0, 99, 1e9)"),
        ("E-SQL-031", "age"),
        ("E-SQL-061", "YEAR(age)"),
        ("E-SQL-062", "UPPER(age)"),
        ("E-SQL-063", "BIN(age, 0)"),
        ("E-SQL-063", "BIN(age, -5)"),
        ("E-SQL-063", "BIN(age, 2.5)"),
        ("E-SQL-063", "BIN(age, 0, 100, 3)"),
        ("E-SQL-063", "BIN(age, 0, 100, 2.5)"),
        ("E-SQL-063", "BIN(age, 0, 100)"),
        ("E-SQL-063", "BIN(depth)"),
        ("E-SQL-063", "BIN(came, 30)"),
        ("E-SQL-066", "CASE WHEN age < 18 THEN age END"),
        ("E-SQL-066", "CASE WHEN age < 18 THEN e'\\x1b' END"),
        ("E-SQL-066", "CASE WHEN age < 18 THEN '' END"),
    ],
)
def test_errors_of_group_items(expected: str, item: str) -> None:
    assert code(item) == expected
