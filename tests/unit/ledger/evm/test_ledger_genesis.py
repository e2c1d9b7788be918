import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accord.domain.errors import RequestError
from accord.ledger.evm.contract import artefact, code_hash, runtime_code, selector, words
from accord.ledger.evm.embedded.genesis import genesis_hash
from accord.ledger.evm.genesis import CONTRACT_ADDRESS, genesis_storage
from tests.unit.ledger.evm.evm_consortium import Consortium, founding, member

CONTRACTS = Path(__file__).parents[4] / "ledger" / "contracts"


def test_the_committed_code_is_of_the_committed_source() -> None:
    source = (CONTRACTS / "src" / "AccordLedger.sol").read_bytes()

    assert hashlib.sha256(source).hexdigest() == artefact()["sourceSha256"]


def test_recompiling_gives_the_committed_artefact() -> None:
    missing = not shutil.which("node") or not (CONTRACTS / "node_modules" / "solc").is_dir()
    if missing and os.environ.get("CI") == "true":
        pytest.fail("no compiler in CI: npm ci --prefix ledger/contracts")
    if missing:
        pytest.skip("no compiler: npm ci --prefix ledger/contracts")

    run = subprocess.run(
        ["node", "compile.mjs", "--check"], cwd=CONTRACTS, capture_output=True, check=False
    )

    assert run.returncode == 0, run.stderr.decode()


def test_code_runs_on_every_chain_we_know() -> None:
    """No constructor arguments, no immutables, and no PUSH0 (Shanghai)."""
    interface = artefact()["abi"]

    assert artefact()["evmVersion"] == "london"
    assert all(entry["type"] != "constructor" for entry in interface)
    assert b"\x5f" not in opcodes(runtime_code())


def opcodes(code: bytes) -> set[bytes]:
    found, at = set(), 0
    while at < len(code):
        found.add(code[at : at + 1])
        at += 1 + max(0, code[at] - 0x5F) * (0x60 <= code[at] <= 0x7F)
    return found


def test_storage_is_where_the_compiler_says() -> None:
    places = [(each["label"], each["slot"], each["offset"]) for each in artefact()["storage"]]

    assert places == [
        ("_members", 0, 0),
        ("_logs", 1, 0),
        ("_votes", 2, 0),
        ("_voted", 3, 0),
        ("_accounts", 4, 0),
        ("_votesNeeded", 5, 0),
        ("_activeCount", 5, 8),
        ("_epoch", 5, 16),
    ]


def test_nobody_rules_the_contract() -> None:
    """The functions that change state, all of them."""
    changing = {
        entry["name"]
        for entry in artefact()["abi"]
        if entry["type"] == "function" and entry["stateMutability"] != "view"
    }

    assert changing == {"anchor", "voteMember", "voteVotesNeeded", "reportEquivocation"}


def test_first_members_read_back_through_the_contract(consortium: Consortium) -> None:
    for each in consortium.spec.members:
        card_hash, log_id, active = consortium.view(
            selector("member(address)") + each.address.rjust(32, b"\0"), 3
        )
        assert card_hash.to_bytes(32, "big") == each.card_hash
        assert log_id.to_bytes(32, "big") == each.log_id
        assert active == 1
        assert consortium.view(selector("owner(bytes32)") + each.log_id, 1) == (
            int.from_bytes(each.address, "big"),
        )
    assert consortium.view(selector("membership()"), 3) == (2, 3, 0)
    listed = consortium.view(selector("accounts()"), 5)
    assert listed[1:] == (
        3,
        *(int.from_bytes(each.address, "big") for each in consortium.spec.members),
    )


def test_the_genesis_is_pinned() -> None:
    """A trust file outlives any version of py-evm; so must the hash in it."""
    assert (
        genesis_hash(founding()).hex()
        == "31126ee2b37980114143a58927aad0d60c7780298851e1293f837a7f2fe1bcc9"
    )
    assert CONTRACT_ADDRESS.hex() == "094db77287910c3dd47ec50a591255b60e6fcd02"


def test_every_part_of_the_founding_changes_the_genesis() -> None:
    spec = founding()
    others = [
        replace(spec, consortium="elsewhere"),
        replace(spec, chain_id=spec.chain_id + 1),
        replace(spec, votes_needed=3),
        replace(spec, members=spec.members[::-1]),
        replace(spec, members=(replace(spec.members[0], card_hash=b"x" * 32), *spec.members[1:])),
        replace(spec, time=spec.time + timedelta(seconds=1)),
    ]

    assert len({genesis_hash(each) for each in [spec, *others]}) == len(others) + 1


@pytest.mark.parametrize(
    ("problem", "change"),
    [
        ("chain_id", {"chain_id": 0}),
        ("chain_id", {"chain_id": 2**53}),
        ("votes_needed", {"votes_needed": 0}),
        ("votes_needed", {"votes_needed": 4}),
        ("votes_needed", {"members": ()}),
        ("time", {"time": datetime(2026, 1, 1)}),  # noqa: DTZ001 - the fault under test
        ("time", {"time": founding().time + timedelta(microseconds=1)}),
        ("address", {"members": (replace(member(0), address=b"a" * 19), member(1))}),
        ("address", {"members": (replace(member(0), address=bytes(20)), member(1))}),
        ("address", {"members": (member(0), replace(member(1), address=member(0).address))}),
        ("card_hash", {"members": (replace(member(0), card_hash=b""), member(1))}),
        ("log_id", {"members": (replace(member(0), log_id=bytes(32)), member(1))}),
        ("log_id", {"members": (member(0), replace(member(1), log_id=member(0).log_id))}),
    ],
)
def test_an_impossible_founding_is_refused(problem: str, change: dict[str, object]) -> None:
    with pytest.raises(RequestError) as caught:
        replace(founding(), **change)

    assert (caught.value.code, caught.value.facts) == ("E-CHN-008", {"problem": problem})


def test_genesis_storage_has_no_word_twice() -> None:
    """Three words and an owner a member, its place in the list, the length and the counters."""
    assert len(genesis_storage(founding(5, 3))) == 5 * 5 + 2


def test_code_hash_is_that_of_the_running_contract(consortium: Consortium) -> None:
    code = consortium.ask("eth_getCode", "0x" + CONTRACT_ADDRESS.hex(), "latest")

    assert bytes.fromhex(code[2:]) == runtime_code()
    assert consortium.trust.code_hash == code_hash()


def test_results_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="33 bytes where 1 words belong"):
        words(bytes(33), 1)


def test_the_artefact_is_the_file_a_wheel_carries() -> None:
    path = CONTRACTS.parent / "accord" / "ledger" / "evm" / "AccordLedger.json"

    assert json.loads(path.read_text()) == artefact()
