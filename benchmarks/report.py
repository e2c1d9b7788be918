"""What was measured: rows, the machine, a table for people and `build/bench.json`."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / "build" / "bench.json"
_VERDICTS = {True: "reached", False: "MISSED", None: "-"}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        peer: What another library needs for the same, in the same unit and run.
        ratio: How many times as fast as the peer.
        reach: What is wanted: of the ratio where there is a peer, else of the value.
        ok: Whether it was reached; None where nothing is wanted or the peer is missing.
    """

    name: str
    value: float
    unit: str
    peer: float | None = None
    ratio: float | None = None
    reach: float | None = None
    ok: bool | None = None

    def at_most(self, reach: float) -> "Row":
        """The same with a bound from above."""
        return replace(self, reach=reach, ok=self.value <= reach)

    def at_least(self, reach: float) -> "Row":
        """The same with a bound from below."""
        return replace(self, reach=reach, ok=self.value >= reach)

    def against(self, peer: float, reach: float) -> "Row":
        """The same beside a peer, ``reach`` times as fast as which we want to be."""
        ratio = peer / self.value
        return replace(self, peer=peer, ratio=ratio, reach=reach, ok=ratio >= reach)


def processor_s(work: Callable[[], object]) -> float:
    """Processor seconds of this process, which other processes' work does not add to."""
    start = time.process_time()
    work()
    return time.process_time() - start


def median_s(
    work: Callable[[], object], runs: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Median seconds of ``runs`` runs."""
    seconds = []
    for _ in range(runs):
        start = clock()
        work()
        seconds.append(clock() - start)
    return statistics.median(seconds)


def machine() -> str:
    """Processor, cores, load and interpreter, in one line."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {load}, {python}, {platform.system()}"


def write(rows: Sequence[Row]) -> None:
    """Replace `build/bench.json`."""
    OUTPUT.parent.mkdir(exist_ok=True)
    shown = [{name: _rounded(value) for name, value in asdict(row).items()} for row in rows]
    OUTPUT.write_text(json.dumps(shown, indent=2) + "\n", encoding="utf-8")


def show(row: Row) -> None:
    """One line of the table, as soon as it is known."""
    peer = "" if row.ratio is None else f"peer {_text(row.peer)}, {_text(row.ratio)} times as fast"
    reach = "" if row.reach is None else f"to reach: {_text(row.reach)}"
    verdict = _VERDICTS[row.ok]
    say(f"{row.name:<62} {_text(row.value):>9} {row.unit:<22} {verdict:<8} {reach:<16} {peer}")


def say(line: str) -> None:
    """One line for people, at once."""
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _rounded(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _text(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits
