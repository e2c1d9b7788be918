"""What an outsider checks of a tally, offline: neither a key nor `phe` is needed."""

from collections.abc import Sequence
from concurrent.futures import Executor

from accord.domain.answer import CellMoments
from accord.domain.contribution import Decision, Opening, Values
from accord.domain.errors import VerificationError
from accord.privacy import opening
from accord.privacy.tally.checks import check_decision, check_roster, check_values
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.layouts import unpack_values, value_layout
from accord.privacy.work import INLINE


def verify_contributions(
    context: TallyContext, decision: Decision, n: int, values: Sequence[Values]
) -> None:
    """Check that exactly the value ring contributed, each once, to this run and decision.

    Raises:
        RefusalError: E-CRY-011.
        VerificationError: E-CRY-010, E-CRY-012.
    """
    check_decision(context, decision)
    check_roster(context.value_ring, [message.sender for message in values])
    layout = value_layout(context, decision.allowed, n)
    for message in values:
        check_values(context, message.sender, message, decision.digest(), len(layout.plaintexts))
    if len(values) != len(context.value_ring):
        raise VerificationError("E-CRY-010", sender=values[-1].sender)


def verify_opening(
    n: int, values: Sequence[Values], openings: Sequence[Opening], near: Executor = INLINE
) -> None:
    """Multiply the ciphertexts of all senders and compare with the openings.

    Pre-condition: ``n`` passed `accord.privacy.modulus.verify_modulus`.

    Raises:
        VerificationError: E-CRY-004 no ciphertext; E-CRY-005 not their opening.
    """
    if not values or {len(message.ciphertexts) for message in values} != {len(openings)}:
        raise VerificationError("E-CRY-005", detail="number of ciphertexts")
    places = zip(*(message.ciphertexts for message in values), strict=True)
    products = [opening.multiply_ciphertexts(n, place) for place in places]
    opening.verify_openings(n, products, openings, near)


def unpack_openings(
    context: TallyContext, decision: Decision, n: int, openings: Sequence[Opening]
) -> tuple[CellMoments, ...]:
    """The moments of every released cell.

    Raises:
        VerificationError: E-CRY-007; the opened number is no sum of one contribution each.
    """
    layout = value_layout(context, decision.allowed, n)
    plaintexts = [int.from_bytes(claimed.m) for claimed in openings]
    return unpack_values(layout, plaintexts, decision.allowed, len(context.plan.measures))
