"""OLS and the REGR functions give the numbers of statsmodels over made-up rows."""

import math
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from accord.domain.answer import CellMoments
from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.compile import compile_question
from accord.query.finish import exact
from tests.suites.memory_source import MemorySource
from tests.suites.permit import permit_for_tests

statsmodels = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
NEAR = 1e-9  # relative: statsmodels computes in doubles, by singular values
NAMES = ("y", "a", "b", "c")
TABLE = Table(
    1,
    "t",
    "person",
    ("north", "south"),
    1024,
    (
        Column("person", ColumnType.TEXT, 0, None, None, False, (), "", "", ""),
        *(
            Column(name, ColumnType.DECIMAL, 2, -100_000, 100_000, False, (), "", "", "")
            for name in NAMES
        ),
    ),
    "",
    "",
)


def rows(seed: int, count: int) -> list[dict[str, float]]:
    """Regressors of several sizes, two of them related; y is theirs with noise."""
    random, found = Random(seed), []  # noqa: S311 - rows are made up
    for _ in range(count):
        a, b = random.gauss(0, 3), random.uniform(-50, 50)
        c = 0.8 * a + random.gauss(40, 1)
        y = 7 - 2 * a + 0.3 * b + c + random.gauss(0, 4)
        values = zip(NAMES, (y, a, b, c), strict=True)
        found.append({name: round(value, 2) for name, value in values})
    return found


def answered(sql: str, data: Sequence[dict[str, float]]) -> dict[str, float]:
    """The columns of the answer over two parts, as doubles."""
    plan = compile_question(sql, {"t": TABLE})
    totals = [0] * len(plan.measures)
    for part, place in ((data[::2], "n"), (data[1::2], "s")):
        source = MemorySource(
            [
                {"person": f"{place}{at}", **{name: f"{row[name]:.2f}" for name in NAMES}}
                for at, row in enumerate(part)
            ]
        )
        extract = source.measure(plan, permit_for_tests(), table=TABLE, expected=source.digest())
        totals = [a + b for a, b in zip(totals, extract.moments[0], strict=True)]
    values = exact(plan, [CellMoments(0, tuple(totals))])[0]
    pairs = zip(plan.outputs, values, strict=True)
    return {output.name: float(value) for output, value in pairs if value is not None}


def fitted(data: Sequence[dict[str, float]], regressors: Sequence[Sequence[float]]) -> Any:
    design = statsmodels.add_constant(list(zip(*regressors, strict=True)))
    return statsmodels.OLS([row["y"] for row in data], design).fit()


@pytest.mark.parametrize(("seed", "count"), [(1, 5), (2, 20), (3, 300)])
def test_a_regression_is_that_of_statsmodels(seed: int, count: int) -> None:
    data = rows(seed, count)
    found = answered("SELECT OLS(y, a, b * a, c) AS fit FROM t", data)
    truth = fitted(
        data,
        [
            [row["a"] for row in data],
            [row["b"] * row["a"] for row in data],
            [row["c"] for row in data],
        ],
    )

    names = ["intercept", "a", "b * a", "c"]
    for name, coefficient, error in zip(names, truth.params, truth.bse, strict=True):
        assert math.isclose(found[f"fit.{name}"], coefficient, rel_tol=NEAR)
        assert math.isclose(found[f"fit.{name} error"], error, rel_tol=NEAR)
    assert math.isclose(found["fit.r2"], truth.rsquared, rel_tol=NEAR)
    assert found["fit.n"] == count == truth.nobs


def test_the_condition_number_is_that_of_columns_of_length_one() -> None:
    """Belsley's: statsmodels gives that of the columns as they are, so they are scaled first."""
    data = rows(4, 50)
    found = answered("SELECT OLS(y, a, c) AS fit FROM t", data)
    columns = [[1.0] * 50, [row["a"] for row in data], [row["c"] for row in data]]
    scaled = [[value / math.hypot(*column) for value in column] for column in columns]
    truth = statsmodels.OLS([row["y"] for row in data], list(zip(*scaled, strict=True))).fit()

    assert math.isclose(found["fit.condition"], truth.condition_number, rel_tol=1e-6)


def test_functions_of_two_are_a_regression_on_one() -> None:
    data = rows(5, 80)
    found = answered(
        "SELECT REGR_SLOPE(y, a), REGR_INTERCEPT(y, a), REGR_R2(y, a), CORR(y, a) FROM t", data
    )
    truth = fitted(data, [[row["a"] for row in data]])

    assert math.isclose(found["REGR_SLOPE(y, a)"], truth.params[1], rel_tol=NEAR)
    assert math.isclose(found["REGR_INTERCEPT(y, a)"], truth.params[0], rel_tol=NEAR)
    assert math.isclose(found["REGR_R2(y, a)"], truth.rsquared, rel_tol=NEAR)
    assert math.isclose(found["CORR(y, a)"] ** 2, truth.rsquared, rel_tol=NEAR)
