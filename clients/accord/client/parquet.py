"""An answer as a Parquet file, written by DuckDB where the person has it.

DuckDB and not pyarrow: every node has it already, it is half the size, and it writes
exact decimals of 38 digits.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from accord.client.columns import columns_of
from accord.client.frames import check_installed
from accord.client.numbers import Cell

_INT64: Final = 2**63
_DIGITS: Final = 38  # of DuckDB's and Parquet's widest decimal


def parquet_bytes(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    n: Sequence[int | None],
    about: Mapping[str, object],
) -> bytes:
    """The file's content; ``about`` becomes its metadata, as JSON under ``accord``.

    Raises:
        RequestError: E-CLI-015; DuckDB is not installed.
    """
    check_installed("duckdb")
    import duckdb  # noqa: PLC0415 - only who wants Parquet needs it

    found = columns_of(columns, rows, n)
    cast = ", ".join(
        f"CAST(unnest(?::VARCHAR[]) AS {parquet_type(cells)}) AS {_quoted(name)}"
        for name, cells in found.items()
    )
    texts = [[None if cell is None else str(cell) for cell in cells] for cells in found.values()]
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        file = Path(folder) / "answer.parquet"
        connection.execute(f"CREATE TABLE answer AS SELECT {cast}", texts)
        told = _literal(json.dumps(about, ensure_ascii=False))
        options = f"FORMAT parquet, KV_METADATA {{accord: {told}}}"
        connection.execute(f"COPY answer TO {_literal(str(file))} ({options})")
        return file.read_bytes()


def parquet_type(cells: Sequence[Any]) -> str:
    """The narrowest exact type of a column."""
    shown = [cell for cell in cells if cell is not None]
    if shown and all(isinstance(cell, bool) for cell in shown):
        return "BOOLEAN"
    if any(isinstance(cell, str) for cell in shown):
        return "VARCHAR"
    if all(isinstance(cell, int) and -_INT64 <= cell < _INT64 for cell in shown):
        return "BIGINT"
    scale = max(_scale(cell) for cell in shown)
    digits = max(len(str(abs(int(cell)))) for cell in shown) + scale
    return f"DECIMAL({_DIGITS}, {scale})" if digits <= _DIGITS else "VARCHAR"


def _scale(cell: int | Decimal) -> int:
    return -int(cell.as_tuple().exponent) if isinstance(cell, Decimal) else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
