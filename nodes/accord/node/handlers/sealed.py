"""What is sealed to whom: questions to members, counts to the guard, outcomes to people."""

from accord.domain import codec
from accord.domain.card import MemberCard, PersonCard
from accord.domain.errors import FaultError
from accord.domain.run import COUNTS, OUTCOME, QUESTION, Asked, Outcome, sealing_context
from accord.domain.signed import Signed
from accord.ledger.permits import SendPermit
from accord.privacy.sealing import SealingKey, open_sealed, seal


def seal_question(asked: Asked, run_id: bytes, receiver: MemberCard) -> bytes:
    """Seal a question to one member."""
    return seal(receiver.hpke_key, codec.encode(asked), sealing_context(QUESTION, run_id))


def open_question(key: SealingKey, sealed: bytes, run_id: bytes) -> Asked:
    """Open a question that was sealed to us.

    Raises:
        VerificationError: it was not sealed to us, for this run.
        RequestError: E-MSG-001; what was sealed is no question.
    """
    return codec.decode(Asked, open_sealed(key, sealed, sealing_context(QUESTION, run_id)))


def seal_counts(counts: Signed, run_id: bytes, permit: SendPermit, guard: MemberCard) -> bytes:
    """Seal an owner's counts to the guard; needs the permit that the final record makes.

    Raises:
        FaultError: E-INT-001; no permit, or the permit of another run.
    """
    check_permit(permit, run_id)
    return seal(guard.hpke_key, codec.encode(counts), sealing_context(COUNTS, run_id))


def check_permit(permit: SendPermit, run_id: bytes) -> None:
    """Nothing leaves without the permit of exactly this run.

    Raises:
        FaultError: E-INT-001.
    """
    if not isinstance(permit, SendPermit) or permit.run_id != run_id:
        raise FaultError("E-INT-001", detail="sending without the send permit of this run")


def open_counts(key: SealingKey, sealed: bytes, run_id: bytes) -> Signed:
    """Open an owner's counts at the guard."""
    return codec.decode(Signed, open_sealed(key, sealed, sealing_context(COUNTS, run_id)))


def seal_outcome(outcome: Outcome, person: PersonCard) -> bytes:
    """Seal an outcome to the analyst; not even the own node's administrator reads it."""
    return seal(person.hpke_key, codec.encode(outcome), sealing_context(OUTCOME, outcome.run_id))
