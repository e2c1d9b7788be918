"""One question whose conditions overlap in a few persons."""

import pytest

from accord.domain.errors import AccordError
from accord.query.compile import compile_question
from tests.attacks.asking import is_withheld, number, sums, table

PEOPLE = table(
    number("wages", 0, 10**6),
    number("f", 0, 1),
    number("g", 0, 1),
    number("h", 0, 1),
    number("x", 0, 99),
    number("y", 0, 99),
)


def people(*numbers: int) -> list[dict[str, int | None]]:
    """As many rows of each f + 2 g + 4 h as said; x and y are larger or not like f."""
    return [
        {
            "wages": 1000 + 31 * i,
            "f": kind % 2,
            "g": kind // 2 % 2,
            "h": kind // 4,
            "x": 50 + kind % 2,
            "y": 50,
        }
        for kind, number in enumerate(numbers)
        for i in range(number)
    ]


UNION = "SUM(wages) FILTER (f = 1), SUM(wages) FILTER (g = 1), SUM(wages) FILTER (f = 1 OR g = 1)"
SYMMETRIC = UNION.replace("f = 1 OR g = 1", "f = 1 AND g = 0 OR f = 0 AND g = 1")


@pytest.mark.parametrize("asked", [UNION, SYMMETRIC, UNION.replace("SUM(wages)", "COUNT(*)")])
def test_the_intersection_is_not_what_the_union_leaves_over(asked: str) -> None:
    sql = f"SELECT {asked.replace('FILTER (', 'FILTER (WHERE ')} FROM t"

    assert is_withheld(sql, PEOPLE, people(50, 45, 70, 1))
    assert sums(sql, PEOPLE, people(50, 45, 70, 20))


def test_two_conditions_of_one_size_do_not_show_the_two_rows_in_which_they_differ() -> None:
    sql = "SELECT SUM(wages) FILTER (WHERE f = 1), SUM(wages) FILTER (WHERE g = 1) FROM t"

    assert is_withheld(sql, PEOPLE, people(50, 1, 1, 50))


def test_three_conditions_do_not_show_who_fulfils_all() -> None:
    """By inclusion and exclusion; two of them always hold together of enough rows."""
    names = ("f", "g", "h")
    pairs = [(a, b) for a in names for b in names if a < b]
    conditions = [
        *(f"{one} = 1" for one in names),
        *(f"{a} = 1 OR {b} = 1" for a, b in pairs),
        "f = 1 OR g = 1 OR h = 1",
    ]
    asked = ", ".join(f"SUM(wages) FILTER (WHERE {one})" for one in conditions)

    assert is_withheld(f"SELECT {asked} FROM t", PEOPLE, people(*[30] * 7, 1))
    assert sums(f"SELECT {asked} FROM t", PEOPLE, people(*[30] * 8))


def test_two_cases_are_divided_by_each_other() -> None:
    sql = (
        "SELECT SUM(CASE WHEN f = 1 THEN wages ELSE 0 END), SUM(CASE WHEN g = 1 THEN wages END),"
        " SUM(CASE WHEN f = 1 THEN wages WHEN g = 1 THEN wages END) FROM t"
    )

    assert is_withheld(sql, PEOPLE, people(50, 45, 70, 1))


def test_relations_divide_rows_too_and_exclude_each_other() -> None:
    apart = (
        "SELECT SUM(wages) FILTER (WHERE x > y), SUM(wages) FILTER (WHERE x <= y), COUNT(*) FROM t"
    )
    crossed = "SELECT SUM(wages) FILTER (WHERE x > y), SUM(wages) FILTER (WHERE g = 1) FROM t"

    assert sums(apart, PEOPLE, people(40, 40))
    assert is_withheld(crossed, PEOPLE, people(40, 40, 40, 1))
    assert sums(crossed, PEOPLE, people(40, 40, 40, 20))


def test_conditions_that_exclude_each_other_make_no_cell_of_what_is_both() -> None:
    sql = (
        "SELECT SUM(wages) FILTER (WHERE x = 50), SUM(wages) FILTER (WHERE x = 51),"
        " COUNT(*) FILTER (WHERE x >= 50) FROM t WHERE x IN (50, 51)"
    )

    assert sums(sql, PEOPLE, people(40, 40))


def test_more_divisions_than_can_be_tried_are_refused() -> None:
    wide = table(*(number(f"c{i}", 0, 9) for i in range(16)))
    asked = ", ".join(f"COUNT(*) FILTER (WHERE c{i} > 4)" for i in range(16))

    with pytest.raises(AccordError) as caught:
        compile_question(f"SELECT {asked} FROM t", {"t": wide})

    assert caught.value.code == "E-SQL-052"


def test_a_case_longer_than_a_plan_may_be_is_refused_before_its_arms_are_compared() -> None:
    whens = " ".join(f"WHEN x > {i} THEN {i}" for i in range(700))

    with pytest.raises(AccordError) as caught:
        compile_question(f"SELECT SUM(CASE {whens} END) FROM t", {"t": PEOPLE})

    assert caught.value.facts["part"] == "size of arms"


def test_numbers_of_all_groups_together_are_limited() -> None:
    asked = ", ".join(f"SUM(wages + {i}), AVG(x * {i + 1})" for i in range(60))

    with pytest.raises(AccordError) as caught:
        compile_question(
            f"SELECT BIN(h, 1), BIN(y, 1), BIN(c, 1), {asked} FROM t GROUP BY 1, 2, 3",
            {"t": table(*PEOPLE.columns[1:], number("c", 0, 99))},
        )

    assert caught.value.facts["part"] == "size of all groups' numbers"
