"""The demo's consortium: nine members on this machine, with real survey records.

Who takes part stands in ``demo_consortium.toml``, the data and their origin in
``demo_data``.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from accord.cli.lab_files import Lab, new_lab
from accord.cli.lab_spec import ConsortiumSpec, assign_ports, load_spec
from accord.cli.persons import SystemClock
from accord.cli.stop_signals import uninterrupted
from accord.client.client import Client
from accord.client.grants import Terms
from accord.client.profile import load_profile
from accord.client.summaries import Published
from accord.domain.grant import GRANT_ID_BYTES

REQUESTER: Final = "statistics"
ANALYST: Final = "analyst"
STEWARD: Final = "steward"
TABLE: Final = "income"
PURPOSE: Final = "pension review 2026"
GRANTED: Final = ("age", "marital", "region", "wages")
LEGAL_BASIS: Final = "demo"
SPEC_FILE: Final = "consortium.toml"
DATA_FOLDER: Final = "data"
BUNDLES_FOLDER: Final = "bundles"
DESCRIPTIONS: Final = (".toml",)
SAMPLE: Final = (".toml", ".parquet")
_GRANT_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Part:
    """One member's part of a table."""

    table: str
    member: str

    @property
    def stem(self) -> str:
        """Name of the description and of the Parquet file, without suffix."""
        return f"{self.table}-{self.member}"


@dataclass(frozen=True, slots=True)
class DemoLab:
    """The lab, and what was put into its data folder."""

    spec: ConsortiumSpec
    lab: Lab
    parts: tuple[Part, ...]

    def profile(self, member: str, person: str) -> Path:
        """Profile folder of a person."""
        return self.lab.profiles[f"{member}/{person}"]

    def client(self, member: str, person: str) -> Client:
        """A client for a person."""
        return Client.open(load_profile(self.profile(member, person)), SystemClock())

    def description(self, part: Part) -> Path:
        """The description of a part, its Parquet file beside it."""
        return self.lab.folder / DATA_FOLDER / part.member / f"{part.stem}.toml"

    def parquet(self, table: str) -> list[Path]:
        """All parts of a table."""
        parts = [part for part in self.parts if part.table == table]
        return [self.description(part).with_suffix(".parquet") for part in parts]


@contextmanager
def demo_folder(keep: Path | None) -> Iterator[Path]:
    """The folder the lab is to be made in: ``keep``, or a private one that is removed."""
    if keep is not None:
        yield keep
        return
    with uninterrupted():
        parent = Path(tempfile.mkdtemp(prefix="accord-demo-"))  # mode 0700
    try:
        yield parent / "demo"
    finally:
        with uninterrupted():
            shutil.rmtree(parent, ignore_errors=True)


def make_demo(
    folder: Path, progress: Callable[[int, int, str], None], *, sample: bool = True
) -> DemoLab:
    """Make keys and configurations, and lay out the data.

    Args:
        folder: Of the lab.
        progress: Called with members done, of how many, and which.
        sample: Lay out the sample's rows; else the caller writes all persons'.

    Raises:
        RequestError: E-LAB-007; ``folder`` holds something.
    """
    text = files("accord.cli").joinpath("demo_consortium.toml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / SPEC_FILE
        path.write_text(text, encoding="utf-8")
        spec = load_spec(path)
    lab = new_lab(spec, folder, ports=assign_ports(spec, free=True), progress=progress)
    (folder / SPEC_FILE).write_text(text, encoding="utf-8")
    (folder / BUNDLES_FOLDER).mkdir()
    parts = _copy_data(folder / DATA_FOLDER, SAMPLE if sample else DESCRIPTIONS)
    return DemoLab(spec, lab, parts)


def publish_all(demo: DemoLab) -> dict[str, Published]:
    """Every steward publishes; those of the asked table also grant.  Returns by member."""
    pool = ThreadPoolExecutor(max(len(demo.parts), 1))
    try:
        done = list(pool.map(lambda part: _publish(demo, part), demo.parts))
    finally:
        # Not waited for: after an interruption the nodes end, and with them the calls.
        pool.shutdown(wait=False, cancel_futures=True)
    return {part.member: published for part, published in zip(demo.parts, done, strict=True)}


def _publish(demo: DemoLab, part: Part) -> Published:
    with demo.client(part.member, STEWARD) as client:
        published = client.publish(demo.description(part))
        if part.table == TABLE:
            until = SystemClock().now() + timedelta(days=_GRANT_DAYS)
            terms = Terms(REQUESTER, TABLE, GRANTED, PURPOSE, LEGAL_BASIS, until)
            client.grant(terms, os.urandom(GRANT_ID_BYTES))
    return published


def _copy_data(folder: Path, suffixes: Sequence[str] = SAMPLE) -> tuple[Part, ...]:
    source = files("accord.cli").joinpath("demo_data")
    parts: list[Part] = []
    for item in sorted(source.iterdir(), key=lambda item: item.name):
        stem, _, suffix = item.name.rpartition(".")
        if suffix != "toml":
            continue
        table, _, member = stem.partition("-")
        parts.append(Part(table, member))
        target = folder / member
        target.mkdir(parents=True, exist_ok=True)
        for name in (f"{stem}{each}" for each in suffixes):
            (target / name).write_bytes(source.joinpath(name).read_bytes())
    return tuple(parts)
