"""The README's walk, run as it is printed: a lab of any members and any data, by commands alone.

The quickstart from Python is run in that lab before it is stopped.

Only the ports are others, so that a lab that somebody runs here is left in peace.
"""

import os
import re
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

README = Path(__file__).parents[2] / "README.md"
DOWN = "accord lab down lab\n"
QUICKSTART = re.compile(r"```python quickstart\n(.*?)```", re.DOTALL)


def on_free_ports(script: str) -> str:
    """The walk with a port named for the ledger and for every member."""
    with ExitStack() as held:  # all at once, so that no two get the same one
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(5)]
        ledger, *members = (taken.getsockname()[1] for taken in sockets)
    script, found = re.subn(r"(?m)^votes_needed.*$", rf"\g<0>\n[ledger]\nport = {ledger}", script)
    ports = iter(members)
    script, owners = re.subn(r"(?m)^roles = .*$", lambda m: f"{m[0]}\nport = {next(ports)}", script)
    assert (found, owners) == (1, len(members))
    return script


def with_quickstart(script: str) -> str:
    """The walk with the Python of the README, and its bundle verified, before the lab stops."""
    (code,) = QUICKSTART.findall(README.read_text())
    assert script.count(DOWN) == 1
    verify = "accord verify python.accord --trust lab/trust.json >verified.txt\n"
    return script.replace(DOWN, f"python - <<'PYTHON'\n{code}PYTHON\n{verify}{DOWN}")


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Folder and output of the walk; the lab is stopped whatever happens."""
    folder = tmp_path_factory.mktemp("walk")
    bin_dir = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{bin_dir}:{os.environ['PATH']}", "ACCORD_LANG": "en"}
    blocks = "".join(re.findall(r"```sh walk\n(.*?)```", README.read_text(), re.DOTALL))
    script = "set -eu\n" + with_quickstart(on_free_ports(blocks))
    try:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    finally:
        subprocess.run(
            [bin_dir / "accord", "lab", "down", "lab"], cwd=folder, capture_output=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done


def test_the_answer_is_the_pooled_one_and_the_museum_is_withheld(walked):
    folder, done = walked
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    files = [str(folder / f"{name}.csv") for name in ("alder", "birch", "cedar")]
    pooled = duckdb.sql(
        "SELECT branch, COUNT(*), ROUND(SUM(net_power), 2)::DECIMAL(12, 2) "
        f"FROM read_csv({files}) GROUP BY branch"
    ).fetchall()
    for branch, count, total in pooled:
        cells = rows[branch].replace(",", "").split()
        if branch == "museum":
            assert str(total) not in cells
        else:
            assert {str(count), str(total)} <= set(cells)


def test_the_quickstart_from_python_shows_the_pooled_mean(walked):
    folder, done = walked
    files = [str(folder / f"{name}.csv") for name in ("alder", "birch", "cedar")]
    pooled = duckdb.sql(
        "SELECT branch, SUM(CAST(net_power AS DECIMAL(12, 2))) / COUNT(net_power) "
        f"FROM read_csv({files}) WHERE branch <> 'museum' GROUP BY branch"
    ).fetchall()
    shown = dict(
        re.findall(r"^\('(\w+)', (?:Decimal\('(-?[\d.]+)'\)|None)\)$", done.stdout, re.MULTILINE)
    )

    assert shown.pop("museum") == ""
    assert {name: float(mean) for name, mean in shown.items()} == pytest.approx(dict(pooled))
    assert "sawmill" in (folder / "verified.txt").read_text()


def test_the_bundle_was_verified_and_the_wrong_purpose_refused(walked):
    _, done = walked
    assert "refused, and recorded" in done.stdout
    assert "E-GRT-001" in done.stderr
    assert "marketing" in done.stderr


def test_nothing_is_left_running(walked):
    folder, _ = walked
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert str(folder).encode() not in path.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
