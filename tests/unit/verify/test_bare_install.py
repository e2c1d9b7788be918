"""The verifier works where nothing but cryptography and cbor2 is installed."""

import subprocess
import sys
from pathlib import Path

from accord.domain.trust_file import format_trust
from tests.simulation.cached import honest_file, valley

ALLOWED = "accord cbor2 _cbor2 cryptography cffi _cffi_backend pycparser"
SCRIPT = """
import sys
from pathlib import Path

ALLOWED = set(sys.argv[1].split()) | set(sys.stdlib_module_names)


class Bare:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ModuleNotFoundError(f"not in a bare install: {name}", name=name)


sys.meta_path.insert(0, Bare())
import importlib.util

find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: (
    find_spec(name, *rest) if name.partition(".")[0] in ALLOWED else None
)
from accord.domain.trust_file import load_trust
from accord.verify.bundle import verify_bundle

trust = load_trust(Path(sys.argv[2]))
report = verify_bundle(Path(sys.argv[3]).read_bytes(), trust, unsafe_minimum_bits=512)
print(len(report.checks), report.valid, report.verified.recompiled)
"""


def test_a_bare_install_verifies_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_text(format_trust(valley().trust), encoding="utf-8")
    (tmp_path / "answer.accord").write_bytes(honest_file())

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SCRIPT,
            ALLOWED,
            tmp_path / "trust.json",
            tmp_path / "answer.accord",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == ("14 True False", "")
