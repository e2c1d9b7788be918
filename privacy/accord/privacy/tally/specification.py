"""The tally as one function that plays every role.

Written with the primitives alone; the state machines are tested against
it byte by byte.  Nobody runs it on real data: it holds everybody's secrets.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accord.domain import codec
from accord.domain.answer import CellMoments
from accord.domain.contribution import Decision, Opening, digest_of
from accord.privacy.disclosure import CellCounts, Reason, decide
from accord.privacy.masks import Binding, Round, masks_of
from accord.privacy.opening import encode_opening
from accord.privacy.packing import make_layout, pack, unpack
from accord.privacy.paillier import DecryptionKey, Encryptor
from accord.privacy.prf import stream_integer, stream_key
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.encryption import Secrets
from accord.privacy.tally.owner import OwnerInput

Ciphertexts = dict[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that was said, and what came out."""

    counts: Ciphertexts
    decision: Decision
    reasons: tuple[Reason, ...]
    values: Ciphertexts
    openings: tuple[Opening, ...]
    moments: tuple[CellMoments, ...]


def run_tally(
    context: TallyContext,
    inputs: Mapping[str, OwnerInput],
    secrets: Mapping[str, Secrets],
    guard_key: DecryptionKey,
    requester_key: DecryptionKey,
) -> Transcript:
    """One run from extracts to moments; ``secrets`` has every owner's and the guard's."""
    plan, n = context.plan, requester_key.n
    owners = [owner for owner in context.owners if owner != context.requester]

    # 1. Every owner but the requester: its counts and flags, masked, under the guard's key.
    limits = [plan.max_rows] * len(plan.counts) + [1, 1, 1]
    layout = make_layout(limits * plan.cells, len(owners), guard_key.n)
    binding = context.binding(Round.COUNTS, guard_key.n)
    counts = {}
    for owner in owners:
        numbers = _count_numbers(inputs[owner])
        content = codec.digest("counts", numbers)
        plaintexts = pack(layout, numbers)
        counts[owner] = _encrypt(owner, owners, plaintexts, secrets, guard_key, binding, content)

    # 2. The guard: sums of each slot, one decision.
    sums = unpack(
        layout, [guard_key.private.raw_decrypt(c) for c in _multiply(guard_key.n, counts)]
    )
    width, terms = len(limits), len(plan.counts)
    cells = [
        CellCounts(tuple(sums[at : at + terms]), *sums[at + terms : at + width])
        for at in range(0, len(sums), width)
    ]
    allowed, reasons = decide(plan, cells, context.minimum)
    decision = Decision(
        version=context.version,
        run_id=context.run_id,
        guard=context.guard,
        question=context.question,
        counts={owner: digest_of(ciphertexts) for owner, ciphertexts in counts.items()},
        data_versions={owner: inputs[owner].data_version for owner in context.owners},
        minimum=context.minimum,
        allowed=allowed,
    )

    # 3. Every owner: moments of allowed cells; the guard: nothing but its mask.
    ring = [*context.owners, context.guard]
    limits = [plan.max_rows * measure.bound for measure in plan.measures]
    layout = make_layout(limits * sum(allowed), len(context.owners), n)
    binding = context.binding(Round.VALUES, n, decision.digest())
    released = [cell for cell in range(plan.cells) if allowed[cell]]
    values = {}
    for owner in context.owners:
        extract = inputs[owner].extract
        plaintexts = pack(layout, [m for cell in released for m in extract.moments[cell]])
        content = codec.digest("extract", extract)
        values[owner] = _encrypt(owner, ring, plaintexts, secrets, requester_key, binding, content)
    nothing = (0,) * len(layout.plaintexts)
    values[context.guard] = _encrypt(
        context.guard, ring, nothing, secrets, requester_key, binding, decision.digest()
    )

    # 4. The requester: the product of all opens to the sums.
    openings = tuple(_open(requester_key, product) for product in _multiply(n, values))
    sums = unpack(layout, [int.from_bytes(opening.m) for opening in openings])
    size = len(plan.measures)
    moments = tuple(
        CellMoments(cell, tuple(sums[place * size : (place + 1) * size]))
        for place, cell in enumerate(released)
    )
    return Transcript(counts, decision, reasons, values, openings, moments)


def _count_numbers(own: OwnerInput) -> list[int]:
    numbers = []
    for cell, counts in enumerate(own.extract.counts):
        contributes = all(count > 0 for count in counts)
        objects = contributes and not own.single_source
        numbers += [*counts, int(contributes), int(objects), int(cell in own.vetoes)]
    return numbers


def _encrypt(
    own: str,
    ring: list[str],
    plaintexts: tuple[int, ...],
    secrets: Mapping[str, Secrets],
    key: DecryptionKey,
    binding: Binding,
    content: bytes,
) -> tuple[bytes, ...]:
    encryptor, bits = Encryptor(key.encryption_key, 1), key.encryption_key.exponent_bits
    masks = masks_of(own, ring, secrets[own].pair_keys, binding, key.n)
    exponents = stream_key(secrets[own].seed, "exponent", {**binding.fields, "content": content})
    return tuple(
        encryptor.encrypt(
            (plaintext + masks.at(index)) % key.n, stream_integer(exponents, index, bits)
        )
        for index, plaintext in enumerate(plaintexts)
    )


def _multiply(n: int, messages: Ciphertexts) -> list[int]:
    products = [1] * len(next(iter(messages.values())))
    for ciphertexts in messages.values():
        for place, ciphertext in enumerate(ciphertexts):
            products[place] = products[place] * int.from_bytes(ciphertext) % (n * n)
    return products


def _open(key: DecryptionKey, product: int) -> Opening:
    """The plaintext by `phe`, the randomness by its definition: r**N = C mod N."""
    p, q, n = key.private.p, key.private.q, key.n
    m = int(key.private.raw_decrypt(product))
    return encode_opening(n, m, pow(product % n, pow(n, -1, (p - 1) * (q - 1)), n))
