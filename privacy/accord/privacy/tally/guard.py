"""The guard's part of a tally: it opens joint counts, decides, and holds the last mask.

decide(...)   multiplies the owners' own ciphertexts itself, opens the sums, decides
mask(...)     to be sent when the release record is final, and not before
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accord.domain.contribution import Counts, Decision, GuardStatement, Values, digest_of
from accord.domain.errors import RefusalError
from accord.privacy.disclosure import CellCounts, Reason, decide
from accord.privacy.masks import Round, masks_of
from accord.privacy.opening import multiply_ciphertexts
from accord.privacy.paillier import DecryptionKey, EncryptionKey
from accord.privacy.tally.checks import check_counts, check_roster, naming_sender
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.encryption import Secrets, encrypt_masked
from accord.privacy.tally.layouts import count_layout, unpack_counts, value_layout
from accord.privacy.work import WORK_INLINE, Work


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision and what only the guard may read about it.

    Attributes:
        reasons: Per cell; kept sealed.
    """

    statement: GuardStatement
    reasons: tuple[Reason, ...]


class GuardTally:
    """State: the decision of the run; ``decided`` restores it after a crash."""

    def __init__(
        self,
        context: TallyContext,
        key: DecryptionKey,
        secrets: Secrets,
        *,
        requester_key: EncryptionKey,
        decided: Decision | None = None,
        work: Work = WORK_INLINE,
    ) -> None:
        self._context = context
        self._key = key
        self._secrets = secrets
        self._requester_key = requester_key
        self._decided = decided
        self._work = work
        self._masked: tuple[bytes, tuple[bytes, ...]] | None = None

    def decide(self, counts: Mapping[str, Counts], data_versions: Mapping[str, bytes]) -> Verdict:
        """The one decision of this run.

        Pre-condition: each owner's access record is final and commits to its counts.

        Raises:
            RefusalError: E-CRY-011 not exactly the roster; E-CRY-014 other counts than
                those decided on before.
            VerificationError: E-CRY-010 of another run; E-CRY-020 no ciphertext;
                E-CRY-007 the sum is not one contribution of each.
        """
        context = self._context
        check_roster(context.count_ring, counts)
        check_roster(context.owners, data_versions)
        digests = {owner: digest_of(counts[owner].ciphertexts) for owner in context.count_ring}
        if self._decided is not None and self._decided.counts != digests:
            raise RefusalError("E-CRY-014", guard=context.guard)
        allowed, reasons = decide(context.plan, self._open(counts), context.minimum)
        decision = Decision(
            version=context.version,
            run_id=context.run_id,
            guard=context.guard,
            question=context.question,
            counts=digests,
            data_versions=dict(data_versions),
            minimum=context.minimum,
            allowed=allowed,
        )
        if self._decided not in (None, decision):
            raise RefusalError("E-CRY-014", guard=context.guard)
        self._decided = decision
        mask = digest_of(self._mask(decision))
        return Verdict(GuardStatement(context.version, decision, mask), reasons)

    def mask(self, statement: GuardStatement) -> Values:
        """The last message: without it the product of all others is noise.

        Pre-condition: the release record, which names all ciphertexts, is final.

        Raises:
            RefusalError: E-CRY-014; the statement is not the one of this run.
        """
        context, decision = self._context, statement.decision
        ciphertexts = self._mask(decision)
        if decision != self._decided or digest_of(ciphertexts) != statement.mask:
            raise RefusalError("E-CRY-014", guard=context.guard)
        return Values(
            context.version,
            context.run_id,
            context.guard,
            context.question,
            decision.digest(),
            ciphertexts,
        )

    def _open(self, counts: Mapping[str, Counts]) -> tuple[CellCounts, ...]:
        context, n = self._context, self._key.n
        layout = count_layout(context, n)
        for owner in context.count_ring:
            check_counts(context, owner, counts[owner], len(layout.plaintexts))
        sent = {owner: counts[owner].ciphertexts for owner in context.count_ring}
        with naming_sender(n, sent):
            places = zip(*sent.values(), strict=True)
            products = [multiply_ciphertexts(n, place) for place in places]
        plaintexts = self._key.decrypt_all(products, self._work.near)
        return unpack_counts(layout, plaintexts, len(context.plan.counts))

    def _mask(self, decision: Decision) -> tuple[bytes, ...]:
        """The mask ciphertexts of a decision; kept, since deciding and sending need them."""
        digest = decision.digest()
        if self._masked is None or self._masked[0] != digest:
            self._masked = digest, self._encrypt_mask(decision, digest)
        return self._masked[1]

    def _encrypt_mask(self, decision: Decision, digest: bytes) -> tuple[bytes, ...]:
        context, key, secrets = self._context, self._requester_key, self._secrets
        layout = value_layout(context, decision.allowed, key.n)
        binding = context.binding(Round.VALUES, key.n, digest)
        ring = context.value_ring
        return encrypt_masked(
            [0] * len(layout.plaintexts),
            masks_of(context.guard, ring, secrets.pair_keys, binding, key.n),
            seed=secrets.seed,
            key=key,
            binding=binding,
            content=digest,
            executor=self._work.far,
        )
