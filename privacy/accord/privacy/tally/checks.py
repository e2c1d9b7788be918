"""What every party checks of a message before it uses it.

Signatures are checked by whoever received the message; here is checked that it belongs to
this run and fits it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from accord.domain import codec
from accord.domain.contribution import Counts, Decision, GuardStatement, Values
from accord.domain.errors import RefusalError, VerificationError
from accord.privacy.opening import parse_ciphertext
from accord.privacy.tally.context import TallyContext


def check_roster(expected: Sequence[str], found: Iterable[str]) -> None:
    """Exactly the expected members, no more and no less.

    Raises:
        RefusalError: E-CRY-011.
    """
    if set(expected) != (names := set(found)):
        wrong = sorted(set(expected).symmetric_difference(names))
        raise RefusalError("E-CRY-011", members=", ".join(wrong))


def check_counts(context: TallyContext, owner: str, counts: Counts, ciphertexts: int) -> None:
    """Counts of ``owner`` for this run, as many as the plan needs.

    Raises:
        VerificationError: E-CRY-010.
    """
    fits = (
        counts.version == context.version
        and counts.run_id == context.run_id
        and counts.question == context.question
        and counts.owner == owner
        and len(counts.ciphertexts) == ciphertexts
    )
    if not fits:
        raise VerificationError("E-CRY-010", sender=owner)


def check_values(
    context: TallyContext, sender: str, values: Values, decision: bytes, ciphertexts: int
) -> None:
    """Values of ``sender`` for this run and decision, as many as the decision needs.

    Raises:
        VerificationError: E-CRY-010.
    """
    fits = (
        values.version == context.version
        and values.run_id == context.run_id
        and values.question == context.question
        and values.sender == sender
        and values.decision == decision
        and len(values.ciphertexts) == ciphertexts
    )
    if not fits:
        raise VerificationError("E-CRY-010", sender=sender)


def check_decision(context: TallyContext, decision: Decision) -> None:
    """A decision of this run's guard over this run's roster, cells and minimum.

    Raises:
        VerificationError: E-CRY-012.
    """
    fits = (
        decision.version == context.version
        and decision.run_id == context.run_id
        and decision.guard == context.guard
        and decision.question == context.question
        and decision.minimum == context.minimum
        and decision.counts.keys() == set(context.count_ring)
        and decision.data_versions.keys() == set(context.owners)
        and len(decision.allowed) == context.plan.cells
        and set(decision.allowed) <= {0, 1}
    )
    if not fits:
        raise VerificationError("E-CRY-012", guard=context.guard)


def check_statement(context: TallyContext, statement: GuardStatement) -> None:
    """A statement of this run's guard.

    Raises:
        VerificationError: E-CRY-012.
    """
    check_decision(context, statement.decision)
    if statement.version != context.version or len(statement.mask) != codec.DIGEST_BYTES:
        raise VerificationError("E-CRY-012", guard=context.guard)


@contextmanager
def naming_sender(n: int, sent: Mapping[str, Sequence[bytes]]) -> Iterator[None]:
    """Where multiplying fails, say whose ciphertext is none; an honest run pays no search.

    Raises:
        VerificationError: E-CRY-020.
    """
    try:
        yield
    except VerificationError:
        for sender, ciphertexts in sent.items():
            if not all(_is_ciphertext(n, each) for each in ciphertexts):
                raise VerificationError("E-CRY-020", sender=sender) from None
        raise


def _is_ciphertext(n: int, data: bytes) -> bool:
    try:
        parse_ciphertext(n, data)
    except VerificationError:
        return False
    return True
