"""One owner's part of a tally.

    counts()        first round, under the guard's key
    commitments()   what the access record binds before anything leaves
    values(...)     second round, allowed cells only, under the requester's key

Everything is a function of (extract, seed, K_ij, decision): after a crash the same
arguments give the same bytes, and an inspector can recompute them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from accord.domain import codec
from accord.domain.contribution import Counts, Decision, Values, digest_of
from accord.domain.errors import FaultError, RefusalError, VerificationError
from accord.privacy.masks import Binding, Round, masks_of
from accord.privacy.packing import pack
from accord.privacy.paillier import EncryptionKey
from accord.privacy.tally.checks import check_decision
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.encryption import Secrets, encrypt_masked
from accord.privacy.tally.layouts import count_layout, value_layout
from accord.privacy.work import WORK_INLINE, Work
from accord.query.plan import Extract


@dataclass(frozen=True, slots=True)
class OwnerInput:
    """What one owner brings.

    Attributes:
        owner: Its own id.
        data_version: Commitment to the rows the extract was made from.
        single_source: Its grant lets cells be released that it alone feeds.
        vetoes: Cells it forbids.
    """

    owner: str
    extract: Extract
    data_version: bytes
    single_source: bool
    vetoes: frozenset[int] = frozenset()

    def flags(self, cell: int) -> tuple[int, int, int]:
        """Contributor, objection, veto of one cell.

        Contributes who has rows behind *every* count term: a sum whose non-zero values
        are all at one owner is that owner's own number, however many rows others have.
        """
        contributes = int(min(self.extract.counts[cell]) > 0)
        objects = int(contributes and not self.single_source)
        return contributes, objects, int(cell in self.vetoes)


@dataclass(frozen=True, slots=True)
class Said:
    """What an owner has said in a run so far.

    Attributes:
        counts: Its first message, as its access record commits to it.
        decision: Digest of the decision it has answered, empty before.
    """

    counts: Counts | None = None
    decision: bytes = b""


NOTHING: Final = Said()


class OwnerTally:
    """State: what it has said, which ``said`` restores after a crash."""

    def __init__(
        self,
        context: TallyContext,
        own: OwnerInput,
        secrets: Secrets,
        *,
        guard_key: EncryptionKey,
        requester_key: EncryptionKey,
        said: Said = NOTHING,
        work: Work = WORK_INLINE,
    ) -> None:
        """See the class.

        Args:
            context: Run, question, ring and plan.
            own: What this owner brings.
            secrets: Seed and pair keys of the run.
            guard_key: For the counts.
            requester_key: For the values.
            said: What it has said in this run before.
            work: Where it encrypts.

        Raises:
            FaultError: E-CRY-016; the extract does not fit the plan.
        """
        _check_extract(context, own)
        self._context = context
        self._own = own
        self._secrets = secrets
        self._guard_key = guard_key
        self._requester_key = requester_key
        self._answered = said.decision
        self._content = codec.digest("extract", own.extract)
        self._counts = said.counts
        self._work = work

    def counts(self) -> Counts:
        """First message.  The requester's own has no ciphertexts: nothing of it counts."""
        if self._counts is None:
            ciphertexts = self._encrypt_counts() if self._in_count_ring else ()
            context = self._context
            self._counts = Counts(
                context.version, context.run_id, self._own.owner, context.question, ciphertexts
            )
        return self._counts

    def commitments(self) -> dict[str, bytes]:
        """Values the access record commits to: extract, seed, pair_keys, counts."""
        return {
            "extract": self._content,
            **self._secrets.commitments(),
            "counts": digest_of(self.counts().ciphertexts),
        }

    def values(self, decision: Decision) -> Values:
        """Second message: the cells that ``decision`` allows, and no other.

        Raises:
            VerificationError: E-CRY-012; the decision is not about this run, or about
                other counts or data than ours, or it allows a cell that we forbid.
            RefusalError: E-CRY-013; we have answered another decision.
        """
        self._check(decision)
        self._answered = decision.digest()
        context, key = self._context, self._requester_key
        released = (cell for cell, allowed in enumerate(decision.allowed) if allowed)
        moments = [moment for cell in released for moment in self._own.extract.moments[cell]]
        plaintexts = pack(value_layout(context, decision.allowed, key.n), moments)
        binding = context.binding(Round.VALUES, key.n, self._answered)
        ring = context.value_ring
        ciphertexts = self._encrypt(plaintexts, ring, key, binding, self._content)
        return Values(
            context.version,
            context.run_id,
            self._own.owner,
            context.question,
            self._answered,
            ciphertexts,
        )

    @property
    def _in_count_ring(self) -> bool:
        return self._own.owner in self._context.count_ring

    def _encrypt_counts(self) -> tuple[bytes, ...]:
        context, own, key = self._context, self._own, self._guard_key
        numbers = [
            number
            for cell, counts in enumerate(own.extract.counts)
            for number in (*counts, *own.flags(cell))
        ]
        plaintexts = pack(count_layout(context, key.n), numbers)
        content = codec.digest("counts", numbers)
        binding = context.binding(Round.COUNTS, key.n)
        return self._encrypt(plaintexts, context.count_ring, key, binding, content)

    def _encrypt(
        self,
        plaintexts: Sequence[int],
        ring: Sequence[str],
        key: EncryptionKey,
        binding: Binding,
        content: bytes,
    ) -> tuple[bytes, ...]:
        pair_keys = self._secrets.pair_keys
        return encrypt_masked(
            plaintexts,
            masks_of(self._own.owner, ring, pair_keys, binding, key.n),
            seed=self._secrets.seed,
            key=key,
            binding=binding,
            content=content,
            executor=self._work.far,
        )

    def _check(self, decision: Decision) -> None:
        check_decision(self._context, decision)
        own, context = self._own.owner, self._context
        ours = digest_of(self.counts().ciphertexts) if self._in_count_ring else None
        if (
            decision.counts.get(own) != ours
            or decision.data_versions[own] != self._own.data_version
        ):
            raise VerificationError("E-CRY-012", guard=context.guard)
        # Nothing that depends on our counts may be refused here: a guard in league with the
        # requester would allow cells, minimum by minimum, until we say how many rows we have.
        if any(decision.allowed[cell] for cell in self._own.vetoes):
            raise VerificationError("E-CRY-012", guard=context.guard)
        if self._answered and self._answered != decision.digest():
            raise RefusalError("E-CRY-013", owner=own)


def _check_extract(context: TallyContext, own: OwnerInput) -> None:
    plan, extract = context.plan, own.extract
    fits = (
        own.owner in context.owners
        and len(extract.counts) == len(extract.moments) == plan.cells
        and all(len(row) == len(plan.counts) for row in extract.counts)
        and all(len(row) == len(plan.measures) for row in extract.moments)
    )
    if not fits:
        raise FaultError("E-CRY-016", detail="shape of the extract")
