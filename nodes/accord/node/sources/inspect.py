"""A first description of a file, for a steward to read and mend.

Nothing in it is public until the steward publishes: bounds are guessed outward to round
numbers and marked unconfirmed, lists of values are commented out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from accord.domain.catalogue_check import MAX_SCALE
from accord.domain.ids import is_name
from accord.node.sources.datafile import DataFile, Limits, open_file, text_of
from accord.node.sources.description import Source
from accord.node.sources.file_backend import FileBackend
from accord.node.sources.naming import shared_names

MAX_SHOWN_VALUES: Final = 60
_MIN_ROWS_PER_VALUE: Final = 10  # a value that fewer rows hold may point at a person
_NUMBER: Final = r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?"
_CODE: Final = r"[+-]?0[0-9].*"  # leading zeros: a code, not a number
_AS_NUMBER: Final = (
    f"CASE WHEN regexp_full_match(t, '{_NUMBER}') AND NOT regexp_full_match(t, '{_CODE}') "
    f"THEN CAST(t AS DECIMAL(38, {MAX_SCALE})) END"
)
_SHOWN: Final = (
    *("count(*)", "count(t)", "count(DISTINCT t)", "count(n)", "min(n)", "max(n)"),
    r"max(length(rtrim(regexp_extract(t, '\.([0-9]*)$', 1), '0')))",
)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What is known of one column; ``low`` and ``high`` are empty for text."""

    name: str
    in_file: str
    rows: int
    nulls: int
    distinct: int
    scale: int
    low: str
    high: str
    values: tuple[str, ...]

    @property
    def may_be_key(self) -> bool:
        return self.nulls == 0 and self.distinct == self.rows > 0 and self.scale == 0


def inspect_file(path: Path, limits: Limits | None = None) -> str:
    """A commented TOML description of a CSV or Parquet file.

    Raises:
        RequestError: E-SRC-030 to E-SRC-034; the file cannot be read.
    """
    path = path.absolute()
    with open_file(path, limits or Limits()) as file:
        names = shared_names(tuple(file.types))
        backend = FileBackend(file, Source(path, {}))
        profiles = [_profile(backend, file, name, in_file) for in_file, name in names.items()]
    return "\n".join([*_head(path, profiles), *(_column(profile) for profile in profiles)])


def _profile(backend: FileBackend, file: DataFile, name: str, in_file: str) -> _Profile:
    read: Select[Any] = select(literal_column(text_of(in_file)).label("t")).select_from(
        file.relation()
    )
    typed: Select[Any] = select(
        literal_column("t"), literal_column(_AS_NUMBER).label("n")
    ).select_from(read.subquery("read"))
    shown: Select[Any] = select(*map(literal_column, _SHOWN)).select_from(typed.subquery("typed"))
    ((rows, present, distinct, numbers, low, high, scale),) = backend.rows(shown)
    numeric = numbers == present > 0
    return _Profile(
        name=name,
        in_file=in_file,
        rows=rows,
        nulls=rows - present,
        distinct=distinct,
        scale=int(scale or 0) if numeric else 0,
        low=_lower(low, high) if numeric else "",
        high=_outward(high, ROUND_CEILING) if numeric else "",
        values=_frequent_values(backend, file, in_file, distinct),
    )


def _frequent_values(
    backend: FileBackend, file: DataFile, in_file: str, distinct: int
) -> tuple[str, ...]:
    """The values, if they are few and each is shared by enough rows; else none."""
    if not 0 < distinct <= MAX_SHOWN_VALUES:
        return ()
    value: ColumnElement[Any] = literal_column(text_of(in_file)).label("t")
    found = list(
        backend.rows(
            select(value, func.count())
            .select_from(file.relation())
            .where(value.is_not(None))
            .group_by(literal_column("1"))
            .order_by(literal_column("try_cast(t AS DOUBLE), t"))
        )
    )
    rare = any(rows < _MIN_ROWS_PER_VALUE for _, rows in found)
    return () if rare else tuple(value for value, _ in found)


def _lower(low: Decimal, high: Decimal) -> str:
    """Zero where it costs little: a smallest positive value tells of one person only."""
    return "0" if 0 <= low * 10 <= high else _outward(low, ROUND_FLOOR)


def _outward(value: Decimal, rounding: str) -> str:
    """The next number away from the data that has one significant digit."""
    if value == 0:
        return "0"
    step = Decimal(1).scaleb(value.adjusted())
    return f"{(value / step).to_integral_value(rounding) * step:f}"


def _head(path: Path, profiles: Sequence[_Profile]) -> list[str]:
    keys = [profile.name for profile in profiles if profile.may_be_key]
    renamed = [profile for profile in profiles if profile.name != profile.in_file]
    rows = max((profile.rows for profile in profiles), default=0)
    table = path.stem.lower().replace("-", "_")
    lines = [
        "# Description of one table part: read every line before publishing.",
        "# Leave out the columns that nobody should ask.",
        "",
        "[source]                       # private, never published",
        f"path = {_text(path.name)}",
    ]
    if renamed:
        lines += ["", "[source.columns]               # shared name = name in the file"]
        lines += [f"{profile.name} = {_text(profile.in_file)}" for profile in renamed]
    return [
        *lines,
        "",
        "[table]                        # public from here on, and equal at every part",
        f"name = {_text(table if is_name(table) else 'table')}",
        f"key = {_text(keys[0] if keys else profiles[0].name)}{_key_comment(keys)}",
        'parts = ["member_a", "member_b", "member_c"]   # the members that hold rows of it',
        f"max_rows = {_power(rows)}              # a power of two above the rows of every part",
        'title.en = ""',
        'title.zh = ""',
        "",
    ]


def _key_comment(keys: Sequence[str]) -> str:
    if not keys:
        return "   # no column is unique and without NULL: one row per person is needed"
    others = ", ".join(keys[1:])
    return f"   # also unique: {others}" if others else "   # unique here"


def _power(rows: int) -> int:
    """A power of two with room to grow, so that it tells little of the true number."""
    return 1 << max(10, (2 * rows - 1).bit_length())


def _column(profile: _Profile) -> str:
    kind = "text" if not profile.low else "decimal" if profile.scale else "integer"
    lines = [f"[columns.{profile.name}]", f'type = "{kind}"']
    if kind == "decimal":
        lines.append(f"scale = {profile.scale}")
    if profile.low and not profile.may_be_key:
        lines += [
            f"min = {_text(profile.low) if profile.scale else profile.low}",
            f"max = {_text(profile.high) if profile.scale else profile.high}",
            "confirmed = false   # guessed from the data; bounds become public: widen, then true",
            'unit = ""',
        ]
    lines.append(f"nulls = {'true' if profile.nulls else 'false'}")
    if profile.values and not profile.may_be_key:
        quote = kind == "text" or profile.scale
        listed = ", ".join(_text(value) if quote else str(int(value)) for value in profile.values)
        lines += [
            "# Uncomment if these values may be public: needed to group by this column.",
            f"# domain = [{listed}]",
        ]
    lines += ['title.en = ""', 'title.zh = ""', ""]
    return "\n".join(lines)


def _text(value: str) -> str:
    """A TOML basic string; control characters cannot break out of a comment either."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    shown = (c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain)
    return '"' + "".join(shown) + '"'
