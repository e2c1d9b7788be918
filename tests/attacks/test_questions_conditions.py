"""One question whose conditions leave other values than they seem to."""

from collections.abc import Mapping

from tests.attacks.asking import is_withheld, number, sums, table

PAIRS = table(number("x", 0, 100), number("y", 0, 100, nulls=True))
ONE_ROW = {"x": 37, "y": None}


def rows(*odd: Mapping[str, int | None], **common: int | None) -> list[dict[str, int | None]]:
    return [{**common}] * (60 - len(odd)) + [dict(one) for one in odd]


def test_a_relation_unknown_for_one_row_does_not_say_that_its_column_is_zero() -> None:
    """ELSE also takes the row in which y is NULL: the sum over ELSE was its very x."""
    sql = "SELECT SUM(CASE WHEN x + y > 0 THEN 0 ELSE x END) FROM t"
    data = [*rows(x=5, y=5), *rows(ONE_ROW, x=0, y=0)]

    assert is_withheld(sql, PAIRS, data)
    assert sums(sql, PAIRS, [*data, *([ONE_ROW] * 30)])


def test_a_group_of_an_unknown_relation_does_not_either() -> None:
    sql = "SELECT CASE WHEN x + y > 0 THEN 'some' ELSE 'none' END AS g, SUM(x) FROM t GROUP BY 1"
    data = [*rows(x=5, y=5), *rows(ONE_ROW, x=0, y=0)]

    assert 1 not in sums(sql, PAIRS, data)


def test_an_impossible_alternative_does_not_move_edges_away() -> None:
    """Of x IN (50, 51) the sum says how many are 51; x = 101 is beyond the bounds."""
    data = rows({"x": 51, "y": 0}, x=50, y=0)

    for where in ("x IN (50, 51)", "x = 101 OR x IN (50, 51)", "x IN (50, 51) OR x < 3 AND x > 7"):
        assert is_withheld(f"SELECT SUM(x) FROM t WHERE {where}", PAIRS, data)


def test_a_product_is_counted_off_the_zero_of_each_factor() -> None:
    """x is never positive, y of either sign: zero is an edge of the one only."""
    signed = table(number("x", -10, 0), number("y", -5, 5))
    some = [{"x": x, "y": y} for x, y in [(-3, 0), (0, 2), (-2, 0), (0, -1)] * 20]

    assert is_withheld("SELECT COVAR_POP(x, y) FROM t", signed, [*some, {"x": -7, "y": 3}])
