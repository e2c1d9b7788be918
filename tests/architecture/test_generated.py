"""What is generated and committed is what its source yields today."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.architecture.house import GENERATED, ROOT

CONTRACTS = ROOT / "ledger/contracts"


def test_protobuf_code_is_fresh(tmp_path: Path) -> None:
    subprocess.run(
        ["make", "proto", f"PROTO_OUT={tmp_path}", f"PY={sys.executable}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    fresh, committed = _contents(tmp_path), _contents(GENERATED)

    assert fresh.keys() == committed.keys()
    assert [name for name in fresh if fresh[name] != committed[name]] == []


def test_contract_artefact_names_the_source_it_was_made_from() -> None:
    """Holds without a compiler, so it is seen at once that somebody forgot `make contracts`."""
    artefact = json.loads((ROOT / "ledger/accord/ledger/evm/AccordLedger.json").read_text())

    assert artefact["sourceSha256"] == sha256(_source().read_bytes()).hexdigest()


def test_contract_artefact_is_what_the_compiler_makes() -> None:
    if not (shutil.which("node") and (CONTRACTS / "node_modules/solc").is_dir()):
        message = "the Solidity compiler is not installed: npm ci --prefix ledger/contracts"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    done = subprocess.run(
        ["node", "compile.mjs", "--check"],
        cwd=CONTRACTS,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr


def _source() -> Path:
    return CONTRACTS / "src/AccordLedger.sol"


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*_pb2*.py*"))
        if path.suffix != ".pyc"
    }
