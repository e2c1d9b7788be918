"""Packed encryption of 64-bit numbers beside `phe` and `sf-heu`, a round of each in turn.

Ours: numbers packed into slots of one ciphertext, short exponents, a table for the key.
Cold includes packing and the table; warm meets a table that an earlier run built.
Peers: one ciphertext per number, as their interfaces offer it, fresh randomness, one
thread, a modulus of the same size.  Time is processor time per number.
"""

import os
import statistics
from collections.abc import Callable, Iterator
from importlib.metadata import version

from accord.privacy.packing import Layout, make_layout, pack
from accord.privacy.paillier import EncryptionKey, Encryptor, generate_key
from accord.privacy.parameters import KEY_BITS
from benchmarks.report import Row, processor_s

LIMIT = 2**62 - 1  # 64-bit slots with two parties and the guard bit
CIPHERTEXTS = 200
ROUNDS = 3
PHE_NUMBERS, HEU_NUMBERS = 5, 100
PHE_REACH, HEU_REACH = 500.0, 20.0
UNIT = "us per 64-bit number"


def rows() -> Iterator[Row]:
    """Cold and warm against each peer."""
    peers = {"phe": (phe_s, PHE_REACH), "sf-heu": (heu_s(), HEU_REACH)}
    ours: dict[str, list[float]] = {"cold": [], "warm": []}
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(ROUNDS):
        cold, warm = ours_s()
        ours["cold"].append(cold)
        ours["warm"].append(warm)
        for name, (measure, _reach) in peers.items():
            if measure is not None:
                theirs[name].append(measure())
    for name, (measure, reach) in peers.items():
        for state, seconds in ours.items():
            label = f"encryption, N = {KEY_BITS} bits, packed, {state}, against {name}"
            value = statistics.median(seconds) * 1e6
            if measure is None:
                yield Row(f"{label} (not installed)", value, UNIT, reach=reach)
            else:
                peer = statistics.median(theirs[name]) * 1e6
                yield Row(f"{label} {version(name)}", value, UNIT).against(peer, reach)


def ours_s() -> tuple[float, float]:
    """Processor seconds per number, cold and warm, under a fresh key."""
    key = generate_key(os.urandom, KEY_BITS)
    slots = len(make_layout([LIMIT] * (KEY_BITS // 32), 2, key.n).plaintexts[0])
    layout = make_layout([LIMIT] * slots * CIPHERTEXTS, 2, key.n)
    values = [value * 0x9E3779B97F4A7C15 % LIMIT for value in range(slots * CIPHERTEXTS)]
    made: list[bytes] = []

    def encrypt() -> None:
        made[:] = encrypt_all(key.encryption_key, layout, values)

    cold, warm = (processor_s(encrypt) / len(values) for _ in range(2))
    if key.decrypt(made[-1]) != pack(layout, values)[-1]:
        raise ValueError("the fast encryption is wrong")
    return cold, warm


def encrypt_all(public: EncryptionKey, layout: Layout, values: list[int]) -> list[bytes]:
    """Pack and encrypt with fresh exponents."""
    plaintexts = pack(layout, values)
    encryptor = Encryptor(public, len(plaintexts))
    return [
        encryptor.encrypt(plaintext, int.from_bytes(os.urandom(public.exponent_bits // 8)))
        for plaintext in plaintexts
    ]


def phe_s() -> float:
    """Processor seconds per number with `phe`."""
    public = generate_key(os.urandom, KEY_BITS).encryption_key.to_phe()

    def encrypt() -> None:
        for value in range(PHE_NUMBERS):
            public.encrypt(LIMIT - value).ciphertext()

    return processor_s(encrypt) / PHE_NUMBERS


def heu_s() -> Callable[[], float] | None:
    """What measures `sf-heu`; None where it is not installed."""
    try:
        from heu import phe as heu  # noqa: PLC0415 - an optional peer
    except ImportError:
        return None
    schema = heu.SchemaType.ZPaillier
    encryptor = heu.setup(schema, KEY_BITS).encryptor()
    numbers = [heu.Plaintext(schema, LIMIT - value) for value in range(HEU_NUMBERS)]
    encryptor.encrypt(numbers[0])  # builds its table, which we do not count

    def encrypt() -> None:
        for number in numbers:
            encryptor.encrypt(number)

    return lambda: processor_s(encrypt) / HEU_NUMBERS
