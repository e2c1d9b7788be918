"""Sums that no rows can make are refused."""

import pytest

from accord.domain.answer import CellMoments
from accord.domain.errors import VerificationError
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.plan import Group, Plan
from accord.query.plan_answer import Function
from accord.query.sums import check_moments
from tests.unit.query.plans import Builder
from tests.unit.query.tables import INCOME, TABLES


def plan(sql: str) -> Plan:
    return compile_question(sql, TABLES)


@pytest.mark.parametrize(
    "cells",
    [
        [(0, 10), (1, 20), (4, 31)],  # all parts are there, and the margin is not their sum
        [(0, 10), (4, 9)],  # less than the part that is there
    ],
)
def test_margins_that_are_not_the_sums_of_their_cells_are_refused(
    cells: list[tuple[int, int]],
) -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    groups = [Group(name, (name,), ("x", "y"), ("x", "y")) for name in ("region", "note")]
    question = made.plan(count, groups=groups, sets=((0, 1), (0,), ()))

    with pytest.raises(VerificationError, match="E-SQL-037"):
        finish(question, [CellMoments(at, (n,)) for at, n in cells])


@pytest.mark.parametrize(
    "cells",
    [
        [CellMoments(2, (1, 1, 1))],
        [CellMoments(-1, (1, 1, 1))],
        [CellMoments(0, (1, 1, 1)), CellMoments(0, (1, 1, 1))],
        [CellMoments(0, (1, 1))],
        [CellMoments(0, (-1, 0, 0))],
        [CellMoments(0, (0, 5, 5))],
        [CellMoments(0, (2, 10, 49))],  # a negative variance
        [CellMoments(0, (2, 10, 10**18))],  # more than the bound allows
    ],
)
def test_sums_that_no_rows_can_make_are_refused(cells: list[CellMoments]) -> None:
    with pytest.raises(VerificationError, match="E-SQL-037"):
        finish(plan("SELECT region, VAR_POP(wages) FROM income GROUP BY region"), cells)


@pytest.mark.parametrize(
    ("products", "holds"),
    [((10, 10, 20), True), ((10, 25, 20), False), ((9, 15, 20), False), ((10, 15, 20), False)],
)
def test_products_that_no_pairs_can_make_are_refused(
    products: tuple[int, int, int], holds: bool
) -> None:
    """Two rows with ages 2 and 4, or such, and quarters 1 above their minimum of 1."""
    made = Builder(INCOME)
    question = made.plan(made.aggregate(Function.CORR, "quarter", "age"))
    yy, xy, xx = products
    cell = CellMoments(0, (10, 10, 10, yy, xy, xx))

    if holds:
        check_moments(question, [cell])
        return
    with pytest.raises(VerificationError, match="E-SQL-037"):
        check_moments(question, [cell])


@pytest.mark.parametrize("counts", [(10, 11), (9, 10)])
def test_more_rows_in_an_arm_or_with_a_value_than_there_are_is_refused(
    counts: tuple[int, int],
) -> None:
    for sql in ("COUNT(*), COUNT(wages)", "COUNT(*), COUNT(*) FILTER (WHERE age > 3)"):
        with pytest.raises(VerificationError, match="E-SQL-037"):
            finish(plan(f"SELECT {sql} FROM income"), [CellMoments(0, counts)])


def test_the_number_of_rows_is_bounded_where_the_parts_are_known() -> None:
    question = plan("SELECT COUNT(*) FROM income")
    check_moments(question, [CellMoments(0, (3 * 2**17,))], parts=3)

    with pytest.raises(VerificationError, match="E-SQL-037"):
        check_moments(question, [CellMoments(0, (3 * 2**17 + 1,))], parts=3)
