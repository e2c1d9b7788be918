"""A bounded coverage-guided search finds no input that breaks a reader."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNS = 4_000


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this Python")
def test_a_guided_search_finds_nothing(tmp_path: Path) -> None:
    searched = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.guided", str(tmp_path / "corpus")),
            *(f"-runs={RUNS}", "-seed=1", f"-artifact_prefix={tmp_path}/"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert searched.returncode == 0, searched.stderr[-4000:]
    assert f"Done {RUNS} runs" in searched.stderr
