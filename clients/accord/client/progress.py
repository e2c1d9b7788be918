"""Steps of a run, as the client sees them come in."""

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from accord.domain.errors import AccordError, from_code
from accord.wire.v1 import types_pb2 as wire

R = TypeVar("R")


class Stage(StrEnum):
    """A step that a member has taken; meanings stand in ``types.proto``."""

    GRANTED = "granted"
    MEASURED = "measured"
    RECORDED = "recorded"
    ANCHORED = "anchored"
    SENT = "sent"
    ADDED = "added"
    DECIDED = "decided"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of progress.

    Attributes:
        record: ``MEMBER#INDEX``, or empty.
        refusal: Set when the stage is REFUSED.
    """

    member: str
    stage: Stage
    record: str = ""
    refusal: AccordError | None = None

    @property
    def echoes(self) -> bool:
        """Whether the requester's node ends the run here over the refusal of another member."""
        record = self.refusal.record if self.refusal else ""
        return bool(record) and record.partition("#")[0] != self.member


ProgressCallback = Callable[[Step], None]

_STAGES: Final[Mapping[int, Stage]] = {
    wire.Stage.Value(f"STAGE_{stage.name}"): stage for stage in Stage
}


def step_from_wire(message: wire.Progress) -> Step | None:
    """The step, or None for a stage that this client does not know: a newer node's."""
    stage = _STAGES.get(message.stage)
    if stage is None:
        return None
    refusal = None
    if stage is Stage.REFUSED:
        sent = message.refusal
        refusal = from_code(sent.code, dict(sent.facts), sent.record or message.record)
    return Step(message.member, stage, message.record, refusal)


def ignore_progress(step: Step) -> None:
    """A callback for callers that do not watch."""
    del step


def run_out(following: Generator[Step, None, R], progress: ProgressCallback) -> R:
    """Follow to the end; ``progress`` hears every step, the end is returned."""
    with closing(following):
        while True:
            try:
                step = next(following)
            except StopIteration as end:
                result: R = end.value
                return result
            progress(step)
