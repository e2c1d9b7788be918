"""The requester's part of a tally: it adds, releases, and opens.

add(...)    multiplies the owners' ciphertexts; what it makes is noise, and its
            digests go into the release record
open(...)   with the guard's mask: openings for everybody, moments for the analyst
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accord.domain.answer import CellMoments
from accord.domain.contribution import GuardStatement, Opening, Values, digest_of
from accord.domain.errors import VerificationError
from accord.privacy.opening import multiply_ciphertexts
from accord.privacy.paillier import DecryptionKey
from accord.privacy.tally.checks import check_roster, check_statement, check_values, naming_sender
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.layouts import value_layout
from accord.privacy.verify import unpack_openings
from accord.privacy.work import WORK_INLINE, Work


@dataclass(frozen=True, slots=True)
class Partial:
    """The sum of all owners, still under the guard's mask.

    Attributes:
        products: One ciphertext per place.
        digests: Sender to the digest of its ciphertexts, the guard's as its statement
            names it; what the release record names.
    """

    products: tuple[bytes, ...]
    digests: dict[str, bytes]


class RequesterTally:
    """Stateless between its two steps; the release record stands between them."""

    def __init__(self, context: TallyContext, key: DecryptionKey, work: Work = WORK_INLINE) -> None:
        self._context = context
        self._key = key
        self._work = work

    def add(self, values: Mapping[str, Values], statement: GuardStatement) -> Partial:
        """Multiply what all owners sent.

        Raises:
            RefusalError: E-CRY-011; not exactly the owners.
            VerificationError: E-CRY-012 the statement, E-CRY-010 a message, E-CRY-020 a
                ciphertext does not fit.
        """
        context = self._context
        check_statement(context, statement)
        check_roster(context.owners, values)
        for owner in context.owners:
            self._check(owner, values[owner], statement)
        sent = {owner: values[owner].ciphertexts for owner in context.owners}
        with naming_sender(self._key.n, sent):
            products = self._multiply(list(sent.values()))
        digests = {owner: digest_of(ciphertexts) for owner, ciphertexts in sent.items()}
        return Partial(products, {**digests, context.guard: statement.mask})

    def open(
        self, partial: Partial, mask: Values, statement: GuardStatement
    ) -> tuple[tuple[Opening, ...], tuple[CellMoments, ...]]:
        """Add the guard's mask and open.

        Raises:
            VerificationError: E-CRY-015 not the mask the guard committed to; E-CRY-010
                of another run; E-CRY-020 no ciphertext; E-CRY-007 the sum is not one
                contribution of each.
        """
        context = self._context
        check_statement(context, statement)
        self._check(context.guard, mask, statement)
        if digest_of(mask.ciphertexts) != statement.mask:
            raise VerificationError("E-CRY-015", guard=context.guard)
        with naming_sender(self._key.n, {context.guard: mask.ciphertexts}):
            products = self._multiply([partial.products, mask.ciphertexts])
        openings = self._key.open_all(products, self._work.near)
        return openings, unpack_openings(context, statement.decision, self._key.n, openings)

    def _check(self, sender: str, values: Values, statement: GuardStatement) -> None:
        decision = statement.decision
        layout = value_layout(self._context, decision.allowed, self._key.n)
        check_values(self._context, sender, values, decision.digest(), len(layout.plaintexts))

    def _multiply(self, columns: list[tuple[bytes, ...]]) -> tuple[bytes, ...]:
        places = zip(*columns, strict=True)
        return tuple(multiply_ciphertexts(self._key.n, place) for place in places)
