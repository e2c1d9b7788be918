"""One question whose sums are solved for the rows of a few persons."""

import pytest

from accord.domain.errors import AccordError
from accord.query.compile import compile_question
from tests.attacks.asking import Rows, is_withheld, number, sums, table

PEOPLE = table(
    number("age", 0, 90),
    number("wages", 0, 10**6),
    number("gift", 0, 10**6),
    number("a", 0, 9, nulls=True),
    number("b", 0, 9, nulls=True),
)


def people(count: int = 90, **odd: int | None) -> list[dict[str, int | None]]:
    """Nobody gave anything, unless the first did."""
    rows: list[dict[str, int | None]] = [
        {"age": 20 + i * 7 % 60, "wages": 1000 + 37 * i, "gift": 0, "a": 1 + i % 8, "b": 1 + i % 7}
        for i in range(count)
    ]
    rows[0] |= odd
    return rows


@pytest.mark.parametrize(
    "asked",
    [
        "SUM(wages), SUM(wages + gift)",
        "SUM(wages + gift), SUM(wages - gift)",
        "SUM(wages + 10000000000 * gift)",
        "SUM(wages * 2 + gift)",
        "AVG(wages), VAR_POP(wages + gift)",
        "COVAR_POP(age, wages + 1000000000 * gift)",
        "OLS(age, wages, wages + gift)",
        "SUM(age * gift + wages)",
    ],
)
def test_what_one_person_gave_is_not_hidden_in_what_all_earn(asked: str) -> None:
    sql = f"SELECT {asked} FROM t"
    generous = [*people(45), *({**one, "gift": 7 + i} for i, one in enumerate(people(45)))]

    assert is_withheld(sql, PEOPLE, people(gift=4711))
    assert sums(sql, PEOPLE, generous)


def test_columns_that_only_one_expression_has_need_not_be_frequent_one_by_one() -> None:
    data = people(gift=4711)

    assert sums("SELECT SUM(wages + gift), COUNT(*) FROM t", PEOPLE, data)
    assert sums("SELECT STDDEV_POP(wages - gift), SUM(age) FROM t", PEOPLE, data)


def test_a_product_beside_its_factors_is_moved_to_no_corner() -> None:
    """All but one row with wages are of age 20: the sum of (age - 20) * wages is that row's."""
    young: Rows = [
        *({**one, "age": 20} for one in people(60)),
        *({**one, "age": 40, "wages": 0} for one in people(59)),
        {"age": 70, "wages": 4711, "gift": 0, "a": 1, "b": 1},
    ]
    sql = "SELECT SUM(age * wages), SUM(age), SUM(wages) FROM t WHERE age >= 20"

    assert is_withheld(sql, PEOPLE, young)


@pytest.mark.parametrize(
    "asked",
    [
        "SUM(age * age * age)",
        "VAR_POP(age * age * age)",
        "OLS(wages, age, age * age, age * age * age)",
        "COVAR_POP(wages, age * age * gift)",
    ],
)
def test_power_sums_end_at_the_second(asked: str) -> None:
    """Ten sums of powers are Newton's identities for the ages of ten persons."""
    with pytest.raises(AccordError) as caught:
        compile_question(f"SELECT {asked} FROM t", {"t": PEOPLE})

    assert caught.value.code == "E-SQL-043"


def test_products_of_squares_need_more_rows_than_they_are_equations() -> None:
    cubic = "SELECT COVAR_POP(wages, age * age), VAR_POP(wages) FROM t"
    quartic = "SELECT VAR_POP(age * age) FROM t"

    assert is_withheld(cubic, PEOPLE, people(19))
    assert sums(cubic, PEOPLE, people(24))
    assert is_withheld(quartic, PEOPLE, people(29))
    assert sums(quartic, PEOPLE, people(36))


def test_a_regression_keeps_degrees_of_freedom() -> None:
    sql = "SELECT OLS(wages, age, a, b) FROM t"
    dense = [
        {**one, "age": 20 + i, "a": 1 + i % 3, "b": 2 + i % 4} for i, one in enumerate(people(14))
    ]

    assert is_withheld(sql, PEOPLE, dense[:12])
    assert sums("SELECT AVG(wages), AVG(age) FROM t", PEOPLE, dense[:12])
    assert sums(sql, PEOPLE, dense)


def test_rows_without_either_value_are_not_left_by_sums_over_those_with_one() -> None:
    """Of all, less those with a, less those with b, and those with both: one row is left."""
    asked = ", ".join(
        f"SUM({term})" for term in ("wages", "wages + 0*a", "wages + 0*b", "wages + 0*a + 0*b")
    )
    sql = f"SELECT {asked} FROM t"
    odd = people(a=None, b=None)
    for row in odd[1:21]:
        row["a"] = None
    for row in odd[21:51]:
        row["b"] = None

    assert is_withheld(sql, PEOPLE, odd)
    assert sums(sql, PEOPLE, [*odd, *([odd[0]] * 12)])


def test_two_equally_frequent_columns_do_not_show_where_they_differ() -> None:
    """One row lacks a, another b: the difference of both sums is that of their wages."""
    odd = people(a=None)
    odd[1]["b"] = None

    assert is_withheld("SELECT SUM(wages + 0*a), SUM(wages + 0*b) FROM t", PEOPLE, odd)
    assert is_withheld("SELECT CORR(wages, a), CORR(wages, b) FROM t", PEOPLE, odd)
