"""An answer as a frame of pandas or polars, where the person has them; neither is required."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from accord.client.columns import columns_of
from accord.client.numbers import Cell, Number
from accord.domain.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    PandasFrame: TypeAlias = pd.DataFrame
    PolarsFrame: TypeAlias = pl.DataFrame

_INT64: Final = 2**63


def to_pandas(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], n: Sequence[int | None]
) -> "PandasFrame":
    """See `accord.client.result.Result.to_pandas`."""
    check_installed("pandas")
    import pandas as pd  # noqa: PLC0415 - only who wants frames has it

    made = {}
    for name, cells in columns_of(columns, rows, n).items():
        kind, values = _stored(cells)
        dtype = {bool: "bool", int: "Int64", float: "float64", str: "object"}[kind]
        made[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(made)


def to_polars(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], n: Sequence[int | None]
) -> "PolarsFrame":
    """See `accord.client.result.Result.to_polars`."""
    check_installed("polars")
    import polars as pl  # noqa: PLC0415 - only who wants frames has it

    dtypes: dict[type, Any] = {bool: pl.Boolean, int: pl.Int64, float: pl.Float64, str: pl.String}
    made = []
    for name, cells in columns_of(columns, rows, n).items():
        kind, values = _stored(cells)
        made.append(pl.Series(name, values, dtype=dtypes[kind]))
    return pl.DataFrame(made)


def check_installed(package: str) -> None:
    """Check that a library can be imported.

    Raises:
        RequestError: E-CLI-015; it is not installed.
    """
    try:
        found = find_spec(package) is not None
    except ValueError:  # what sys.modules holds is no module
        found = False
    if not found:
        raise RequestError("E-CLI-015", package=package)


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
