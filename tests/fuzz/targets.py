"""Every function that reads bytes or text which somebody else wrote.

A target is called with any bytes at all; it returns, or raises one of its errors.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from accord.cli.lab_spec import parse_spec
from accord.domain import codec
from accord.domain.bundle import Bundle, RecordEvidence
from accord.domain.card import MemberCard, PersonCard
from accord.domain.catalogue import Offer, Table
from accord.domain.catalogue_check import check_table
from accord.domain.contribution import Counts, GuardStatement, Values
from accord.domain.error_metadata import error_from_pairs
from accord.domain.errors import AccordError
from accord.domain.grant import Grant
from accord.domain.ids import parse_identity
from accord.domain.question import Question
from accord.domain.run import Asked, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.domain.trust_file import parse_trust
from accord.ledger.checkpoint import parse_checkpoint
from accord.ledger.evm.anchor_proof import AnchorProof, chain_trust, verify_anchor
from accord.ledger.evm.keccak import keccak256
from accord.ledger.evm.receipt_proof import parse_receipt, verify_receipt
from accord.ledger.evm.rlp_decode import MalformedError, decode
from accord.ledger.log import decode_fields
from accord.ledger.note import parse_note
from accord.ledger.records import parse_entry
from accord.ledger.tlog_proof import parse_tlog_proof
from accord.node.sources.description import parse_description
from accord.privacy.opening import parse_ciphertext
from accord.privacy.pair_keys import PairContext, decapsulate, encapsulate, generate_mask_key
from accord.privacy.sealing import generate_sealing_key, open_sealed, seal
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.plan import Plan
from tests.fuzz import seeds
from tests.simulation.cached import valley, verify
from tests.unit.node.handlers.members import insecure
from tests.unit.query.tables import TABLES

MESSAGES: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *(Signed, Bundle, Question, Plan, Table, Asked, Offer, MemberCard, PersonCard, Grant),
        *(GuardStatement, Counts, Values, RecordEvidence, OwnerEvidence, ValuesEvidence),
        AnchorProof,
    )
}
TEXT = (AccordError, UnicodeDecodeError)


@dataclass(frozen=True)
class Target:
    """One reader.

    Attributes:
        seeds: Made when first asked for: some take a run of the protocol.
        errors: What it may raise; anything else is a crash.
    """

    name: str
    read: Callable[[bytes], object]
    seeds: seeds.Seeds
    errors: tuple[type[Exception], ...] = (AccordError,)

    def try_on(self, data: bytes) -> None:
        """Read ``data``, acceptable or not."""
        try:
            self.read(data)
        except self.errors:
            return


@cache
def targets() -> Sequence[Target]:
    """All of them, in a fixed order."""
    return (*_messages(), *_ledger_formats(), *_texts(), *_secrets())


def _messages() -> Iterator[Target]:
    for name, kind in MESSAGES.items():
        yield Target(f"cbor {name}", partial(codec.decode, kind), partial(_message, name))
    yield Target("plan, finished", _finish, partial(_message, "Plan"))
    yield Target("table, checked", _check_table, partial(_message, "Table"))
    yield Target("bundle file, verified", verify, seeds.files)


def _ledger_formats() -> Iterator[Target]:
    malformed = (MalformedError,)
    yield Target("record entry", parse_entry, seeds.entries)
    yield Target("record fields", decode_fields, seeds.fields)
    yield Target("signed note", parse_note, seeds.checkpoints)
    yield Target("checkpoint", parse_checkpoint, seeds.checkpoints)
    yield Target("tlog proof", parse_tlog_proof, seeds.tlog_proofs)
    yield Target("rlp", decode, seeds.rlp, malformed)
    yield Target("receipt", parse_receipt, seeds.receipts, malformed)
    yield Target("receipt tree", _climb, seeds.rlp, malformed)
    yield Target("anchor proof, verified", _verify_anchor, seeds.anchors)


def _texts() -> Iterator[Target]:
    nowhere = Path("/nowhere")
    toml = (*TEXT, tomllib.TOMLDecodeError)
    yield Target("SQL", lambda d: compile_question(d.decode(), TABLES), seeds.questions, TEXT)
    yield Target(
        "description", lambda d: parse_description(d.decode(), nowhere), seeds.descriptions, TEXT
    )
    yield Target("consortium.toml", _parse_spec, seeds.consortia, toml)
    yield Target("trust.json", lambda d: parse_trust(d.decode()), seeds.trust_files, TEXT)
    yield Target("identity", lambda d: parse_identity(d.decode()), seeds.identities, TEXT)
    yield Target("error metadata", _read_error, seeds.errors)


def _secrets() -> Iterator[Target]:
    key, peer, own = (
        generate_sealing_key(insecure("fuzz")),
        generate_mask_key(insecure("peer")),
        generate_mask_key(insecure("own")),
    )
    pair = PairContext("valley", b"north", b"south")
    _, offer = encapsulate(peer, own.x25519_public, own.mlkem_public, pair)
    yield Target(
        "HPKE message",
        lambda d: open_sealed(key, d, b"run"),
        lambda: [seal(key.public_bytes, b"question", b"run")],
    )
    yield Target(
        "pair key offer",
        lambda d: decapsulate(own, peer.x25519_public, d, pair),
        lambda: [offer],
    )
    yield Target("ciphertext", _parse_ciphertext, seeds.ciphertexts)


def _message(name: str) -> Sequence[bytes]:
    return seeds.messages()[name]


def _finish(data: bytes) -> None:
    finish(codec.decode(Plan, data), ())


def _check_table(data: bytes) -> None:
    check_table(codec.decode(Table, data))


def _verify_anchor(data: bytes) -> None:
    verify_anchor(codec.decode(AnchorProof, data), chain_trust(valley().trust))


def _climb(data: bytes) -> None:
    verify_receipt(keccak256(data), 0, (data,))


def _parse_spec(data: bytes) -> None:
    parse_spec(tomllib.loads(data.decode()), "consortium.toml")


def _read_error(data: bytes) -> None:
    pairs = [line.partition("=") for line in data.decode("utf-8", "replace").splitlines()]
    error_from_pairs((name, value) for name, _, value in pairs)


def _parse_ciphertext(data: bytes) -> None:
    parse_ciphertext(int.from_bytes(seeds.first_card().paillier_n), data)
