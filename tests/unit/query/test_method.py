"""The method note says how an answer was made, and warns where it should."""

from accord.domain.answer import Answer, CellMoments
from accord.domain.errors import Language
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.method import method_note
from accord.query.plan import Plan
from tests.unit.query import strd
from tests.unit.query.tables import INCOME, TABLES
from tests.unit.query.test_regression import fitted


def note(plan: Plan, answer: Answer, language: Language = "en") -> str:
    return "\n".join(method_note(plan, answer, 10, language, INCOME))


def answered(sql: str, *cells: CellMoments) -> tuple[Plan, Answer]:
    plan = compile_question(sql, TABLES)
    return plan, finish(plan, cells)


def test_it_says_what_was_computed_the_minimum_and_what_nobody_can_check() -> None:
    plan, answer = answered("SELECT SUM(age) FROM income", CellMoments(0, (20, 700)))

    assert method_note(plan, answer, 10, "en", INCOME) == (
        "From all parts of table income: the sum of age (years).",
        (
            "Every number shown rests on at least 10 rows that are not the asker's own, at two "
            "owners or more unless the only one agreed."
        ),
        (
            "Sums are exact; every other number is exact arithmetic over them, rounded half to "
            "even once to the digits shown."
        ),
        (
            "That each owner counted its true rows, and that the guard opened no count to anybody, "
            "is by inspection only."
        ),
    )


def test_it_counts_withheld_groups_also_where_they_are_left_out() -> None:
    sql = "SELECT region, COUNT(*) FROM income GROUP BY region"
    shown = note(*answered(sql, CellMoments(0, (20,))))
    dropped = note(*answered(f"{sql} LIMIT 1", CellMoments(0, (20,))))

    assert "1 of 2 groups are withheld" in shown
    assert "not among the rows" not in shown
    assert "1 of 2 groups are withheld" in dropped
    assert "not among the rows" in dropped


def test_it_warns_of_a_regression_that_cannot_tell_its_regressors_apart() -> None:
    def of(rows: tuple[tuple[str, ...], ...]) -> str:
        plan, cell = fitted(rows)
        return note(plan, finish(plan, [cell]))

    assert "condition number is above 30" in of(strd.LONGLEY)
    norris = of(strd.NORRIS)
    assert "condition number" not in norris
    assert "Standard errors hold for" in norris
    assert "no single regression" in of((("1", "1", "2"), ("2", "2", "4"), ("3", "3", "6")))


def test_a_chi_square_tail_is_called_approximate() -> None:
    cells = [CellMoments(at, (n,)) for at, n in enumerate((12, 34, 56, 78, 90, 23))]

    assert "approximately" in note(
        *answered("SELECT CHI_SQUARE(region, class) FROM income", *cells)
    )


def test_it_is_said_in_chinese_too() -> None:
    text = note(*answered("SELECT region, AVG(age) FROM income GROUP BY region"), "zh")

    assert "2 组中有 2 组不公布" in text
    assert "只能靠现场检查" in text
