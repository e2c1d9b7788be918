"""Builds the owner's state machine from what the node keeps of a run."""

from dataclasses import dataclass

from accord.domain import codec
from accord.domain.contribution import Counts
from accord.domain.question import Question
from accord.domain.signed import Signed
from accord.node.handlers.pair_keys import PairKeys
from accord.node.member import Member
from accord.node.runs import OwnerRun
from accord.privacy.tally.context import context_of
from accord.privacy.tally.encryption import Secrets
from accord.privacy.tally.owner import OwnerInput, OwnerTally, Said


@dataclass(frozen=True, slots=True)
class OwnerTallies:
    """The same run always gives the same machine, and so the same bytes."""

    member: Member
    pair_keys: PairKeys

    def of(self, run: OwnerRun, answered: bytes = b"") -> OwnerTally:
        """The owner's machine of a run; ``answered`` is the decision it acted on, if any."""
        question = codec.decode(Question, run.asked.question.body)
        context = context_of(question, run.asked.question.digest)
        own = OwnerInput(self.member.name, run.extract, run.data_version, run.single_source)
        return OwnerTally(
            context,
            own,
            Secrets(run.seed, self.pair_keys.run_keys(context)),
            guard_key=self.member.encryption_key(question.guard),
            requester_key=self.member.encryption_key(question.requester),
            said=Said(_counts(run), answered),
            work=self.member.work,
        )


def _counts(run: OwnerRun) -> Counts | None:
    """What the run has committed to: our own bytes, which need not be computed again."""
    return codec.decode(Signed, run.counts).unsafe_open(Counts) if run.counts else None
