"""``accord demo`` as a person runs it: its answers are true, and Ctrl-C leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from accord.cli import exit_codes
from tests.e2e.check_demo_json import differences
from tests.unit.cli.processes import of_session, wait_gone

ACCORD = Path(sys.executable).parent / "accord"
GONE_S = 5.0


@dataclass(frozen=True)
class Demo:
    """A demo that has run to its end, with everything kept."""

    folder: Path
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "kept"
    done = subprocess.run(
        [ACCORD, "demo", "--json", "--keep", str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(),
    )
    return Demo(folder, done)


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "ACCORD_LANG": "en", **changes}


def test_the_answers_are_equal_to_the_pooled_tables(demo: Demo) -> None:
    assert demo.done.returncode == exit_codes.DONE, demo.done.stderr
    assert list(differences(json.loads(demo.done.stdout))) == []


def test_data_goes_to_standard_output_and_everything_else_to_standard_error(demo: Demo) -> None:
    lines = demo.done.stderr.splitlines()

    assert json.loads(demo.done.stdout)["answered"]
    for words in ("keys and certificates", "released", "of 14 checks passed", "Kept in"):
        assert any(words in line for line in lines), words


def test_the_evidence_line_is_short(demo: Demo) -> None:
    evidence = [line for line in demo.done.stderr.splitlines() if "checks passed" in line]

    assert len(evidence) == 2
    assert all("12 records, released in block" in line for line in evidence)


@pytest.mark.parametrize("number", [1, 2])
def test_a_kept_bundle_is_verified_by_a_process_that_knows_nothing_else(
    demo: Demo, number: int, tmp_path: Path
) -> None:
    bundle, trust = demo.folder / f"bundles/{number}.accord", demo.folder / "trust.json"
    done = subprocess.run(
        [ACCORD, "verify", str(bundle), "--trust", str(trust), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )

    assert done.returncode == exit_codes.DONE, done.stderr
    printed = json.loads(done.stdout)
    assert printed["valid"]
    assert printed["answer"] == json.loads(demo.done.stdout)["answered"][number - 1]["answer"]


def test_the_demo_leaves_no_process(demo: Demo) -> None:
    assert naming(demo.folder) == set()


@pytest.mark.parametrize(
    "line",
    ["Nine departments", "keys and certificates", "members", "1. A mean", "measured"],
)
def test_ctrl_c_leaves_no_process_and_no_file(line: str, tmp_path: Path) -> None:
    """Once ``line`` has been printed, Ctrl-C reaches the whole group as from a terminal."""
    process = subprocess.Popen(
        [sys.executable, "-u", ACCORD, "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
    )
    with process:
        try:
            wait_for(process, line)
            started = of_session(process.pid)
            os.killpg(process.pid, signal.SIGINT)
            _, talk = process.communicate(timeout=30)
        finally:
            process.kill()

    assert process.returncode == exit_codes.INTERRUPTED
    assert "Traceback" not in talk
    assert wait_gone(started | of_session(process.pid), GONE_S) == set()
    assert naming(tmp_path) == set()
    assert list(tmp_path.iterdir()) == []


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Read until a line holds ``words``."""
    assert process.stdout is not None
    if not any(words in line for line in process.stdout):
        raise AssertionError(f"the demo ended before it printed {words!r}")


def naming(folder: Path) -> set[int]:
    """Living processes with ``folder`` in their command line or environment."""
    return {pid for pid, text in _descriptions() if str(folder).encode() in text}


def _descriptions() -> Iterator[tuple[int, bytes]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            yield (
                int(entry.name),
                b"".join((entry / n).read_bytes() for n in ("cmdline", "environ")),
            )
        except OSError:
            continue
