"""The offline verifier: one bundle of bytes, and every way to falsify it."""

import ast
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest

from accord.domain.bundle import LogProof
from accord.domain.errors import AccordError, VerificationError
from accord.ledger.checkpoint import Checkpoint, make_checkpoint
from accord.ledger.records import parse_entry, sign_record
from accord.ledger.signatures import Ed25519Key, Ed25519Signer
from accord.ledger.verify import verify_log_proof
from tests.fakes.anchor import FakeChain, FakeProof, check_fake_anchor
from tests.fakes.ledger import INSECURE_LOG_KEY, INSECURE_RECORD_KEY, LOG_ID, Member, member_card


@dataclass(frozen=True)
class Evidence:
    entry: bytes
    proof: LogProof


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """The second of five records."""
    member = Member()
    entries = [member.append().entry for _ in range(5)]
    outbox = member.outbox(FakeChain())
    while outbox.step() is not None:
        pass
    proof = member.gate.evidence(1)
    member.close()
    return Evidence(entries[1], proof)


def check(evidence: Evidence) -> FakeProof:
    return verify_log_proof(evidence.entry, evidence.proof, member_card(), check_fake_anchor)


def resigned_root(evidence: Evidence) -> bytes:
    other = Checkpoint("accord.testland/tax_north", 5, b"x" * 32)
    return make_checkpoint(other, Ed25519Key(INSECURE_LOG_KEY))


def test_genuine_evidence_says_where_it_is_anchored(evidence: Evidence) -> None:
    head = check(evidence)
    assert (head.log_id, head.size, head.block) == (LOG_ID, 5, 1)


def test_a_flipped_byte_of_the_entry_is_refused(evidence: Evidence) -> None:
    for place in range(0, len(evidence.entry), 7):
        bad = bytearray(evidence.entry)
        bad[place] ^= 1
        with pytest.raises(AccordError, match=r"E-(MSG|SIG|REC|LOG)-"):
            check(replace(evidence, entry=bytes(bad)))


def test_a_flipped_byte_of_the_proof_is_refused(evidence: Evidence) -> None:
    for place, value in enumerate(evidence.proof.hashes):
        bad = bytes([value[0] ^ 1]) + value[1:]
        hashes = (*evidence.proof.hashes[:place], bad, *evidence.proof.hashes[place + 1 :])
        with pytest.raises(VerificationError, match="E-LOG-002"):
            check(replace(evidence, proof=replace(evidence.proof, hashes=hashes)))


def test_a_flipped_byte_of_the_checkpoint_is_refused(evidence: Evidence) -> None:
    for place in range(len(evidence.proof.checkpoint)):
        bad = bytearray(evidence.proof.checkpoint)
        bad[place] ^= 1
        with pytest.raises(VerificationError, match=r"E-LOG-00[45]"):
            check(replace(evidence, proof=replace(evidence.proof, checkpoint=bytes(bad))))


def test_a_checkpoint_signed_for_another_root_does_not_help(evidence: Evidence) -> None:
    proof = replace(evidence.proof, checkpoint=resigned_root(evidence))
    with pytest.raises(VerificationError, match="E-LOG-002"):
        check(replace(evidence, proof=proof))


@pytest.mark.parametrize("change", [{"log_id": b"j" * 32}, {"size": 4}, {"root": b"x" * 32}])
def test_an_anchor_of_another_head_is_refused(
    evidence: Evidence, change: dict[str, bytes | int]
) -> None:
    def verify_anchor(data: bytes) -> FakeProof:
        return replace(check_fake_anchor(data), **change)  # type: ignore[arg-type]  # one of three

    with pytest.raises(VerificationError, match="E-LOG-019"):
        verify_log_proof(evidence.entry, evidence.proof, member_card(), verify_anchor)


def test_a_record_is_refused_at_another_place_than_its_own(evidence: Evidence) -> None:
    with pytest.raises(VerificationError, match="E-REC-003"):
        check(replace(evidence, proof=replace(evidence.proof, leaf_index=0)))
    _, record = parse_entry(evidence.entry)
    signer = Ed25519Signer("spiffe://testland/tax_north/node", INSECURE_RECORD_KEY)
    with pytest.raises(VerificationError, match="E-REC-003"):
        check(replace(evidence, entry=sign_record(replace(record, index=2), signer)))


def test_another_members_card_does_not_fit(evidence: Evidence) -> None:
    card = member_card("tax_south")
    with pytest.raises(VerificationError, match="E-REC-002"):
        verify_log_proof(evidence.entry, evidence.proof, card, check_fake_anchor)


def test_no_proof_means_not_verified(evidence: Evidence) -> None:
    with pytest.raises(AccordError):
        check(replace(evidence, proof=replace(evidence.proof, anchor=b"")))


def test_verifying_needs_no_database_and_no_network() -> None:
    """The stand-alone verifier installs without them."""
    script = "import accord.ledger.verify, accord.ledger.tlog_proof, sys; print(list(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in ast.literal_eval(result.stdout.decode())}
    assert loaded.isdisjoint({"sqlalchemy", "web3", "eth_account", "eth", "grpc", "requests"})
