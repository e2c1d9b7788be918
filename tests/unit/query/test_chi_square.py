"""Chi-square tests agree with scipy; tails with its incomplete gamma function."""

from fractions import Fraction

import pytest

from accord.domain.answer import WITHHELD, CellMoments
from accord.query.chi_square import cross_value, upper_tail
from accord.query.derived import group_of
from accord.query.finish import exact, finish
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Function
from tests.unit.query.plans import Builder
from tests.unit.query.tables import INCOME

CROSS = (
    Function.CHI_SQUARE,
    Function.CHI_SQUARE_DF,
    Function.CHI_SQUARE_P,
    Function.CRAMERS_V,
    Function.CROSS_COUNT,
)
# fmt: off
# scipy 1.17.1: chi2_contingency(correction=False), contingency.association.
TABLES = (
    (
        (10, 20, 30, 40, 50, 61),
        3,
        "2.6672512917546025",
        2,
        "0.26352009662634696",
        "0.11243220794204495",
    ),
    ((120, 90, 75, 300), 2,
     "83.57142857142857", 1, "6.145487139992189e-20", "0.3779644730092272"),
    (
        (11, 12, 13, 14, 15, 16, 17, 18, 90),
        3,
        "26.403121942110168",
        4,
        "2.6240433198109382e-05",
        "0.25315064177739355",
    ),
    (
        (1000, 2000, 1500, 2900),
        2,
        "0.45763760049474334",
        1,
        "0.49873011818656976",
        "0.007864026893759719",
    ),
    (
        (10, 10, 10, 10, 10, 10, 10, 25, 10, 10, 10, 10),
        4,
        "6.136363636363635",
        6,
        "0.40808933815650145",
        "0.1507556722888818",
    ),
)
# fmt: on
# scipy 1.17.1: chi2.sf.
TAILS = (
    ("0.001", 1, "0.9747728793699604"),
    ("0.5", 1, "0.47950012218695337"),
    ("3.84", 1, "0.05004352124870519"),
    ("25", 1, "5.733031437583875e-07"),
    ("80", 1, "3.744097384202887e-19"),
    ("0.5", 2, "0.7788007830714049"),
    ("5.99", 2, "0.05003662708658629"),
    ("40", 2, "2.0611536224385566e-09"),
    ("0.5", 5, "0.9921232932326296"),
    ("11.07", 5, "0.050009618622405425"),
    ("30", 5, "1.4748581038443073e-05"),
    ("50", 50, "0.47339846855634937"),
    ("101", 101, "0.48128504536921946"),
    ("150", 101, "0.0011287104830542635"),
    ("1000", 1000, "0.49405285382923964"),
    ("7.25", 10, "0.7016513988246746"),
)


def values(counts: tuple[int, ...], columns: int) -> list[Fraction | None]:
    return [cross_value(function, counts, columns) for function in CROSS]


@pytest.mark.parametrize(("counts", "columns", "statistic", "freedom", "p", "v"), TABLES)
def test_tables_agree_with_scipy(
    counts: tuple[int, ...], columns: int, statistic: str, freedom: int, p: str, v: str
) -> None:
    found = values(counts, columns)

    assert found[1] == freedom
    assert found[4] == sum(counts)
    for value, wanted in ((found[0], statistic), (found[2], p), (found[3], v)):
        assert value is not None
        assert abs(value - Fraction(wanted)) <= Fraction(1, 10**12) * max(1, Fraction(wanted))


@pytest.mark.parametrize(("statistic", "freedom", "p"), TAILS)
def test_tails_agree_with_scipy(statistic: str, freedom: int, p: str) -> None:
    assert abs(upper_tail(Fraction(statistic), freedom) - Fraction(p)) < Fraction(1, 10**12)


def test_the_vectors_are_all_there() -> None:
    assert (len(TABLES), len(TAILS)) == (5, 16)


@pytest.mark.parametrize("statistic", [10**3, 10**6, 10**18, 10**30])
@pytest.mark.parametrize("freedom", [1, 2, 7, 400])
def test_far_tails_are_nothing_and_take_no_time(statistic: int, freedom: int) -> None:
    assert upper_tail(Fraction(statistic), freedom) < Fraction(1, 10**30)


def test_a_statistic_of_zero_has_the_whole_tail() -> None:
    assert values((10, 20, 30, 60), 2)[:4] == [0, 1, 1, 0]


@pytest.mark.parametrize("counts", [(0, 0, 5, 7), (0, 9, 0, 7), (0, 0, 0, 0)])
def test_empty_rows_and_columns_leave_nothing_to_test(counts: tuple[int, ...]) -> None:
    assert values(counts, 2) == [None, None, None, None, sum(counts)]


def test_empty_rows_are_left_out() -> None:
    assert values((10, 20, 0, 0, 30, 41), 2) == values((10, 20, 30, 41), 2)


def plan() -> Plan:
    made = Builder(INCOME)
    piece = made.piece(Function.COUNT)
    columns = [INCOME.column(name) for name in ("region", "band")]
    groups = [group_of(column) for column in columns if column is not None]
    return made.plan(
        *(Aggregate(function, (piece,)) for function in CROSS), groups=groups, cross=True
    )


def test_a_cross_table_is_one_row_over_all_cells() -> None:
    cells = [CellMoments(at, (n,)) for at, n in enumerate((12, 34, 56, 78, 90, 23))]

    answer = finish(plan(), cells[::-1])

    assert answer.rows == (("66.584535", "2", "0.0000000000", "0.476708", "293"),)
    assert (answer.n, answer.withheld) == ((293,), 0)
    assert exact(plan(), cells)[0][1] == 2


def test_one_withheld_cell_withholds_the_whole_test() -> None:
    cells = [CellMoments(at, (12,)) for at in range(5)]

    answer = finish(plan(), cells)

    assert answer.rows == ((WITHHELD,) * 5,)
    assert (answer.n, answer.withheld) == ((None,), 1)
    assert exact(plan(), cells) == {}
