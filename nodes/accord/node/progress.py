"""Lines of progress, as they go over the wire and into the store."""

from accord.domain.errors import AccordError
from accord.wire.v1 import types_pb2 as wire


def step(member: str, stage: wire.Stage, record: str = "") -> wire.Progress:
    """A step a member has taken; ``record`` is ``MEMBER#INDEX`` or empty."""
    return wire.Progress(member=member, stage=stage, record=record)


def refused(member: str, error: AccordError) -> wire.Progress:
    """A member's refusal: code and public facts, nothing else."""
    facts = {name: str(value) for name, value in error.facts.items()}
    refusal = wire.Refusal(code=error.code, facts=facts, record=error.record)
    return wire.Progress(
        member=member, stage=wire.STAGE_REFUSED, record=error.record, refusal=refusal
    )
