"""The second round's numbers, for senders who may lie: the state machines would refuse them."""

from accord.domain import codec
from accord.domain.answer import CellMoments
from accord.domain.contribution import Decision
from accord.privacy.masks import Round, masks_of
from accord.privacy.packing import pack
from accord.privacy.paillier import EncryptionKey
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.encryption import Secrets, encrypt_masked
from accord.privacy.tally.layouts import value_layout
from accord.query.plan import Extract
from tests.simulation.consortium import Consortium


def secrets_of(world: Consortium, member: str, context: TallyContext) -> Secrets:
    """Seed and K_ij of one member's part in one run."""
    keys = world.pair_keys(member, context.value_ring, context.run_id, context.roster)
    return Secrets(codec.digest_bytes(f"seed of {member}", context.run_id), keys)


def pack_values(
    context: TallyContext, decision: Decision, n: int, extract: Extract | None
) -> tuple[int, ...]:
    """An owner's plaintexts; zeros for the guard, who has no extract."""
    layout = value_layout(context, decision.allowed, n)
    if extract is None:
        return (0,) * len(layout.plaintexts)
    cells = [cell for cell, allowed in enumerate(decision.allowed) if allowed]
    return pack(layout, [moment for cell in cells for moment in extract.moments[cell]])


def encrypt_values(
    world: Consortium,
    sender: str,
    context: TallyContext,
    decision: Decision,
    plaintexts: tuple[int, ...],
    key: EncryptionKey,
) -> tuple[bytes, ...]:
    """Masked as in any run; the masks cancel whatever the plaintexts are."""
    secrets = secrets_of(world, sender, context)
    binding = context.binding(Round.VALUES, key.n, decision.digest())
    return encrypt_masked(
        plaintexts,
        masks_of(sender, context.value_ring, secrets.pair_keys, binding, key.n),
        seed=secrets.seed,
        key=key,
        binding=binding,
        content=b"",
    )


def add_moments(allowed: bytes, extracts: tuple[Extract, ...]) -> tuple[CellMoments, ...]:
    """The sums as the owners really hold them, without any encryption."""
    return tuple(
        CellMoments(
            cell,
            tuple(map(sum, zip(*(extract.moments[cell] for extract in extracts), strict=True))),
        )
        for cell in range(len(extracts[0].moments))
        if allowed[cell]
    )
