"""Whole processes by the clock on the wall, as somebody at a terminal waits for them."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from accord.cli.demo_questions import QUESTIONS
from accord.domain.trust_file import parse_trust
from accord.verify.bundle import verify_bundle
from benchmarks.report import Row, median_s

HELP_REACH_S, VERIFY_REACH_S, CHECKS_REACH_S, DEMO_REACH_S = 0.3, 1.0, 0.1, 10.0
RUNS, CHECK_RUNS, DEMO_RUNS = 7, 11, 3
QUESTION_REACH_S = 2.0
FIRST = f"question_{QUESTIONS[0].name}"
DEMO_LIMIT_S = 60


def rows() -> Iterator[Row]:
    """Help, the demo, and the verification of the first bundle it leaves behind."""
    accord("--help")  # the first one compiles
    yield Row("accord --help", median_s(lambda: accord("--help"), RUNS), "s").at_most(HELP_REACH_S)
    with TemporaryDirectory() as folder:
        consortium = Path(folder) / "demo_0"
        demos = [demo(Path(folder) / f"demo_{run}") for run in range(DEMO_RUNS)]
        first, question = (statistics.median(seconds) for seconds in zip(*demos, strict=True))
        yield Row("accord demo: start to first verified answer", first, "s").at_most(DEMO_REACH_S)
        name = "its first question, 51 regions: SQL to verified bundle, blocks waited for"
        yield Row(name, question, "s").at_most(QUESTION_REACH_S)
        yield from verification(consortium / "bundles" / "1.accord", consortium / "trust.json")


def demo(folder: Path) -> tuple[float, float]:
    """Seconds from the start of the process to the first answer whose bundle was verified.

    Its clock starts with the command; what Python needs before is added.  Then seconds of
    that question alone, which is the first that the members ever see.
    """
    timings = json.loads(accord("demo", "--json", "--keep", str(folder)))["timings"]
    before = median_s(lambda: accord("demo", "--help"), 3)
    return float(timings["first_verified"]) + before, float(timings[FIRST])


def verification(bundle: Path, trust: Path) -> Iterator[Row]:
    """The command as a whole; the checks alone, without starting Python or reading files."""

    def verify() -> None:
        accord("verify", str(bundle), "--trust", str(trust))

    size = f"{bundle.stat().st_size // 1024} kB"
    yield Row(f"accord verify, bundle of {size}", median_s(verify, RUNS), "s").at_most(
        VERIFY_REACH_S
    )
    data, trusted = bundle.read_bytes(), parse_trust(trust.read_text(encoding="utf-8"))
    report = verify_bundle(data, trusted)
    if not report.valid:
        raise ValueError("the demo's bundle does not verify")
    name = f"its {len(report.checks)} checks alone, warm"
    seconds = median_s(lambda: verify_bundle(data, trusted), CHECK_RUNS)
    yield Row(name, seconds, "s").at_most(CHECKS_REACH_S)
    seconds = median_s(lambda: verify_bundle(data, trusted), CHECK_RUNS, time.process_time)
    yield Row(f"{name}: all cores together", seconds, "s of processor")


def accord(*arguments: str) -> bytes:
    """Run a command of Accord to its end; what it printed."""
    program = Path(sys.executable).parent / "accord"
    done = subprocess.run(  # noqa: S603 - our own program, our own arguments
        [str(program), *arguments], capture_output=True, check=True, timeout=DEMO_LIMIT_S
    )
    return done.stdout
