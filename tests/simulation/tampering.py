"""Ways to change a bundle after the fact; whoever holds the right key signs again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from accord.domain import codec
from accord.domain.bundle import Bundle, LogProof, RecordEvidence
from accord.domain.ids import PersonRole
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, QUESTION
from accord.ledger.records import parse_entry
from accord.ledger.signatures import Ed25519Signer
from tests.simulation.cached import honest_bundle, valley, verify
from tests.simulation.consortium import REQUESTER, Consortium
from tests.simulation.run import run_question, seal

T = TypeVar("T")
Change = Callable[[Bundle], Bundle]
Case = Callable[[], bytes]
Cases = Mapping[str, tuple[int, Case]]
STRANGER = bytes(range(32))  # a key that nobody trusts


def check_fails_at(number: int, data: bytes) -> None:
    """Exactly this check fails: all before it pass, none is tried after it."""
    report = verify(data)

    failed = report.failed
    assert failed is not None, "the bundle was found valid"
    assert (failed.number, failed.error) == (number, failed.error), f"{failed.error!r}"
    assert not report.valid
    assert [check.passed for check in report.checks] == [True] * (number - 1) + [False]
    for sentence in (failed.sentence("en"), failed.sentence("zh")):
        assert sentence.isprintable()
        assert "{" not in sentence
        assert ": :" not in sentence


def changed(change: Change) -> Case:
    """The honest bundle with one change, sealed again by the requester's node."""
    return lambda: seal(valley(), change(honest_bundle()))


def replaced(**changes: Any) -> Callable[[Any], Any]:
    """A change of some fields."""
    return lambda value: replace(value, **changes)


def asked(**changes: Any) -> Case:
    """Another question, signed by analyst and node as it should be."""
    return lambda: seal(valley(), with_question(valley(), replaced(**changes))(honest_bundle()))


def lied(**hooks: Callable[..., Any]) -> Case:
    """A whole run in which somebody lies at one point; see `tests.simulation.run`."""
    return lambda: run_question(valley(), **hooks)


def only_for(member: str, change: Callable[[Any], Any]) -> Callable[..., Any]:
    """A hook for one member; the others stay honest."""
    return lambda honest, *where: change(honest) if member in where else honest


def lied_fields(kind: RecordKind, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Case:
    """A run in which records of one kind commit to other fields."""
    return lied(fields=lambda fields, this, _: change(fields) if this is kind else fields)


def renamed(signer: Ed25519Signer, name: str) -> Ed25519Signer:
    """The same key under another name."""
    return Ed25519Signer(name, signer._key._key.private_bytes_raw())


def with_question(world: Consortium, change: Callable[[Question], Question]) -> Change:
    """Analyst and requester's node sign another question."""

    def changed(bundle: Bundle) -> Bundle:
        body = codec.encode(change(bundle.question.unsafe_open(Question)))
        analyst = world.members[REQUESTER].persons[PersonRole.ANALYST]
        node = world.requester.signer
        return replace(
            bundle,
            question=analyst.signer.sign(QUESTION, body),
            countersignature=node.sign(APPLY, body),
        )

    return changed


def with_record(
    kind: RecordKind, member: str, change: Callable[[RecordEvidence], RecordEvidence]
) -> Change:
    """Another version of one record's evidence."""

    def changed(bundle: Bundle) -> Bundle:
        return replace(
            bundle,
            records=tuple(
                change(item) if _is(item, kind, member) else item for item in bundle.records
            ),
        )

    return changed


def without_record(kind: RecordKind, member: str) -> Change:
    """One record less."""

    def changed(bundle: Bundle) -> Bundle:
        kept = tuple(item for item in bundle.records if not _is(item, kind, member))
        assert len(kept) == len(bundle.records) - 1
        return replace(bundle, records=kept)

    return changed


def with_proof(kind: RecordKind, member: str, **changes: Any) -> Change:
    """Other parts in one record's log proof."""

    def changed(item: RecordEvidence) -> RecordEvidence:
        assert item.proof is not None
        return replace(item, proof=replace(item.proof, **changes))

    return with_record(kind, member, changed)


def proof_of(bundle: Bundle, kind: RecordKind, member: str) -> LogProof:
    """The log proof of one record."""
    proof = next(item.proof for item in bundle.records if _is(item, kind, member))
    assert proof is not None
    return proof


def swap(items: tuple[T, ...]) -> tuple[T, ...]:
    """The first two in the other order."""
    return items[1], items[0], *items[2:]


def put(items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    """Another item at one place."""
    return *items[:place], item, *items[place + 1 :]


def flip(data: bytes, place: int = -1) -> bytes:
    """One byte changed."""
    changed = bytearray(data)
    changed[place] ^= 0xFF
    return bytes(changed)


def _is(item: RecordEvidence, kind: RecordKind, member: str) -> bool:
    record = parse_entry(item.entry)[1]
    return (record.kind, record.member) == (kind, member)
