"""The cut of the demo's data: who is who, and at which department.

Every choice about a person hangs on a hash of that person's number, so the order of the source
rows is irrelevant, and the committed sample is a subset of the full data.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from accord.cli.demo_tables import TABLES, TAX_OFFICES, Table

SOURCE_RELEASE: Final = "taxcalc==6.6.0"
SOURCE_FILE: Final = "cps.csv.gz"
SOURCE_SHA256: Final = "492ead49db94fc4bb4109c33a6c9679aa32c41042e715333cc84df1fe49e578d"
USED: Final = sorted(
    {column.source for table in TABLES for column in table.columns} | {"RECID", "FLPDYR"}
)

Row = dict[str, Any]


def hash_of(purpose: str, text: str) -> bytes:
    """SHA-256 under a label, so that choices about one person are independent."""
    return hashlib.sha256(f"accord demo {purpose}:{text}".encode()).digest()


def check_character(digits: str) -> str:
    """ISO 7064 MOD 11-2 check character of 17 digits, as GB 11643 uses it."""
    remainder = 0
    for digit in digits:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def name_persons(rows: Iterable[Row]) -> None:
    """Gives each row a ``person``: area 999 + region, birth date, sequence, check character.

    No real area code begins with 999.  Birthday and sequence follow from the rank of the
    record's hash among those born in the same year, so no two are equal.
    """
    born: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        born[row["FLPDYR"] - row["age_head"]].append(row)
    for year, people in born.items():
        people.sort(key=lambda row: hash_of("record", str(row["RECID"])))
        for rank, row in enumerate(people):
            sequence, day = divmod(rank, 365)
            birth = date(year, 1, 1) + timedelta(days=day)
            digits = f"999{row['fips']:03d}{birth:%Y%m%d}{sequence + 1:03d}"
            row["person"] = digits + check_character(digits)


def has_doubles(rows: Iterable[Row]) -> bool:
    """Whether two rows got one personal number."""
    numbers = sorted(row["person"] for row in rows)
    return any(one == next_one for one, next_one in pairwise(numbers))


def tax_office(person: str, region: int, regions: Sequence[int]) -> str:
    """The region's own office for seven persons in eight, one of the other two for the rest."""
    home = regions.index(region) * len(TAX_OFFICES) // len(regions)
    chance = hash_of("office", person)
    away = 1 + chance[1] % 2 if chance[0] % 8 == 0 else 0
    return TAX_OFFICES[(home + away) % len(TAX_OFFICES)]


def split(table: Table, rows: Iterable[Row], regions: Sequence[int]) -> dict[str, list[Row]]:
    """The table's rows by part, in order of person."""
    parts: dict[str, list[Row]] = {part: [] for part in table.parts}
    for row in sorted(rows, key=lambda row: str(row["person"])):
        if any(row[column] for column in table.served):
            several = len(table.parts) > 1
            part = tax_office(row["person"], row["fips"], regions) if several else table.parts[0]
            parts[part].append(row)
    return parts


def regions_of(rows: Iterable[Row]) -> list[int]:
    """All regions in order."""
    return sorted({row["fips"] for row in rows})
