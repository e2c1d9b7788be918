"""The text of a description drawn from profiles.

Nothing in it is public until the steward publishes: bounds are guessed outward to round
numbers and marked unconfirmed, lists of values are commented out.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from accord.domain.catalogue import ColumnType
from accord.domain.ids import is_name
from accord.node.sources.profile import Profile
from accord.query.derived import EPOCH

_YEARS: Final = 10  # bounds of dates are those of decades


def draft_text(title: str, source: Sequence[str], profiles: Sequence[Profile]) -> str:
    """A commented TOML description.

    Args:
        title: What the source calls itself.
        source: Lines of ``[source]``.
        profiles: One per column.
    """
    return "\n".join([*_head(title, source, profiles), *(_column(one) for one in profiles)])


def _head(title: str, source: Sequence[str], profiles: Sequence[Profile]) -> list[str]:
    keys = [profile.name for profile in profiles if profile.may_be_key]
    renamed = [one for one in profiles if one.name != one.in_source and one.type is not None]
    rows = max((profile.rows for profile in profiles), default=0)
    table = title.lower().replace("-", "_")
    lines = [
        "# Description of one table part: read every line before publishing.",
        "# Leave out the columns that nobody should ask.",
        "",
        "[source]                       # private, never published",
        *source,
    ]
    if renamed:
        lines += ["", "[source.columns]               # shared name = name in the source"]
        lines += [f"{profile.name} = {toml_text(profile.in_source)}" for profile in renamed]
    return [
        *lines,
        "",
        "[table]                        # public from here on, and equal at every part",
        f"name = {toml_text(table if is_name(table) else 'table')}",
        f"key = {toml_text(keys[0] if keys else profiles[0].name)}{_key_comment(keys)}",
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


def _column(profile: Profile) -> str:
    if profile.type is None:
        return f"# [columns.{profile.name}] is of no type that can be read: cast it in a view.\n"
    lines = [f"[columns.{profile.name}]", f'type = "{profile.type}"']
    if profile.type is ColumnType.DECIMAL:
        lines.append(f"scale = {profile.scale}")
    if profile.low is not None and profile.high is not None and not profile.may_be_key:
        low, high = _outward(profile, profile.low, profile.high)
        lines += [
            f"min = {low}",
            f"max = {high}",
            "confirmed = false   # guessed from the data; bounds become public: widen, then true",
            'unit = ""',
        ]
    lines.append(f"nulls = {'true' if profile.nulls else 'false'}")
    if profile.values and not profile.may_be_key:
        lines += [
            "# Uncomment if these values may be public: needed to group by this column.",
            f"# domain = [{', '.join(_value(profile, value) for value in profile.values)}]",
        ]
    lines += ['title.en = ""', 'title.zh = ""', ""]
    return "\n".join(lines)


def _value(profile: Profile, value: str) -> str:
    return str(int(value)) if profile.type is ColumnType.INTEGER else toml_text(value)


def _outward(profile: Profile, low: int, high: int) -> tuple[str, str]:
    """Bounds that no single person's value is."""
    if profile.type is ColumnType.DATE:
        first, last = (date.fromordinal(day + EPOCH).year // _YEARS * _YEARS for day in (low, high))
        start, end = date(max(first, date.min.year), 1, 1), date(last + _YEARS - 1, 12, 31)
        return start.isoformat(), end.isoformat()
    smallest, largest = (Decimal(end).scaleb(-profile.scale) for end in (low, high))
    # Zero where it costs little: a smallest positive value tells of one person only.
    near = 0 <= smallest * 10 <= largest
    ends = ("0" if near else _rounded(smallest, ROUND_FLOOR), _rounded(largest, ROUND_CEILING))
    lower, upper = map(toml_text, ends) if profile.scale else ends
    return lower, upper


def _rounded(value: Decimal, rounding: str) -> str:
    """The next number away from the data that has one significant digit."""
    if value == 0:
        return "0"
    step = Decimal(1).scaleb(value.adjusted())
    return f"{(value / step).to_integral_value(rounding) * step:f}"


def toml_text(value: str) -> str:
    """A TOML basic string; control characters cannot break out of a comment either."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    shown = (c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain)
    return '"' + "".join(shown) + '"'
