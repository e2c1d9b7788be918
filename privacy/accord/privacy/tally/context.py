"""What a tally is bound to: run, question, ring, plan.

Two rings.  The first round adds the counts of all owners but the requester: its own rows
never count towards a minimum.  The second adds the values of all owners, and the guard
stands in its ring with a mask only, so that nothing opens before the guard allows it.
"""

from dataclasses import dataclass

from accord.domain import codec
from accord.domain.errors import RefusalError, RequestError
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES
from accord.domain.question import MIN_INDEPENDENT_OWNERS, Question, independent_owners
from accord.privacy.masks import Binding, Round
from accord.privacy.modulus import key_digest
from accord.query.plan import MAX_CELLS, Plan


@dataclass(frozen=True, slots=True)
class TallyContext:
    """The same at every party of one run; made from the verified question.

    Attributes:
        run_id: 16 bytes.
        question: Digest of the signed question.
        owners: All parts of the table, in consortium order.
        minimum: Smallest count behind a released cell, at least 1.

    Raises:
        RequestError: E-CRY-019; version, run id, plan or minimum cannot be.
        RefusalError: E-CRY-018; guard or owners leave somebody's part unprotected.
    """

    version: int
    run_id: bytes
    question: bytes
    owners: tuple[str, ...]
    guard: str
    requester: str
    plan: Plan
    minimum: int

    def __post_init__(self) -> None:
        _check_numbers(self)
        if (
            self.guard in (*self.owners, self.requester)
            or len(set(self.owners)) != len(self.owners)
            or len(self.count_ring) < MIN_INDEPENDENT_OWNERS
        ):
            raise RefusalError("E-CRY-018", guard=self.guard, owners=", ".join(self.owners))

    @property
    def count_ring(self) -> tuple[str, ...]:
        """Who adds up in the first round."""
        return independent_owners(self.requester, self.owners)

    @property
    def value_ring(self) -> tuple[str, ...]:
        """Who adds up in the second round; the guard comes last."""
        return (*self.owners, self.guard)

    @property
    def roster(self) -> bytes:
        """Digest of who takes part as what; every key K_ij of the run binds it."""
        return codec.digest(
            "roster", {"owners": self.owners, "guard": self.guard, "requester": self.requester}
        )

    def binding(self, round_: Round, n: int, decision: bytes = b"") -> Binding:
        """What masks and randomness of one round bind; ``n`` is the recipient's modulus."""
        return Binding(self.version, self.run_id, self.question, round_, decision, key_digest(n))


def context_of(question: Question, digest: bytes) -> TallyContext:
    """The context of a verified question.

    Raises:
        RequestError: E-MSG-001, E-CRY-019.
        RefusalError: E-CRY-018.
    """
    return TallyContext(
        version=question.version,
        run_id=question.run_id,
        question=digest,
        owners=question.owners,
        guard=question.guard,
        requester=question.requester,
        plan=codec.decode(Plan, question.plan),
        minimum=question.minimum,
    )


def _check_numbers(context: TallyContext) -> None:
    plan = context.plan
    possible = (
        context.version == PROTOCOL_VERSION
        and len(context.run_id) == RUN_ID_BYTES
        and len(context.question) == codec.DIGEST_BYTES
        and context.minimum >= 1
        and plan.max_rows >= 1
        and 1 <= plan.cells <= MAX_CELLS
        and plan.counts
        and plan.measures
        and all(measure.bound >= 0 for measure in plan.measures)
    )
    if not possible:
        raise RequestError("E-CRY-019")
