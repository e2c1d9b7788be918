"""An answer as a frame of pandas or polars, where the person has them; neither is required."""

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from accord.client.numbers import Cell, Number
from accord.domain.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    PandasFrame: TypeAlias = pd.DataFrame
    PolarsFrame: TypeAlias = pl.DataFrame

WITHHELD_COLUMN: Final = "withheld"
_INT64: Final = 2**63


def to_pandas(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], withheld: Sequence[bool]
) -> "PandasFrame":
    """See `accord.client.result.Result.to_pandas`."""
    _check_installed("pandas")
    import pandas as pd  # noqa: PLC0415 - only who wants frames has it

    made = {}
    for name, cells in _columns(columns, rows, withheld).items():
        kind, values = _stored(cells)
        dtype = {bool: "bool", int: "Int64", float: "float64", str: "object"}[kind]
        made[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(made)


def to_polars(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], withheld: Sequence[bool]
) -> "PolarsFrame":
    """See `accord.client.result.Result.to_polars`."""
    _check_installed("polars")
    import polars as pl  # noqa: PLC0415 - only who wants frames has it

    dtypes: dict[type, Any] = {bool: pl.Boolean, int: pl.Int64, float: pl.Float64, str: pl.String}
    made = []
    for name, cells in _columns(columns, rows, withheld).items():
        kind, values = _stored(cells)
        made.append(pl.Series(name, values, dtype=dtypes[kind]))
    return pl.DataFrame(made)


def _check_installed(package: str) -> None:
    try:
        found = find_spec(package) is not None
    except ValueError:  # what sys.modules holds is no module
        found = False
    if not found:
        raise RequestError("E-CLI-015", package=package)


def _columns(
    names: Sequence[str], rows: Sequence[Sequence[Cell]], withheld: Sequence[bool]
) -> dict[str, list[Any]]:
    """By name; a name that comes again gets a number, for a frame finds columns by name."""
    columns: dict[str, list[Any]] = {}
    for at, name in enumerate(names):
        columns[_new_name(name, columns)] = [row[at] for row in rows]
    columns[_new_name(WITHHELD_COLUMN, columns)] = list(withheld)
    return columns


def _new_name(name: str, taken: dict[str, list[Any]]) -> str:
    numbered = (f"{name}_{number}" for number in count(2))
    return name if name not in taken else next(new for new in numbered if new not in taken)


def _stored(cells: Sequence[Any]) -> tuple[type, list[Any]]:
    """How a column is stored, and its values: what no 64-bit integer holds becomes a float."""
    shown = [cell for cell in cells if cell is not None]
    if shown and all(isinstance(cell, bool) for cell in shown):
        return bool, list(cells)
    if any(isinstance(cell, str) for cell in shown):
        return str, list(cells)
    if all(isinstance(cell, int) and -_INT64 <= cell < _INT64 for cell in shown):
        return int, list(cells)
    return float, [_float(cell) for cell in cells]


def _float(cell: Number | None) -> float | None:
    return None if cell is None else float(cell)
