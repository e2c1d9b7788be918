"""Keccak-256, the hash of Ethereum, in plain Python.

Source: G. Bertoni et al., "The Keccak reference", version 3.0 (2011), for Keccak-f[1600]
with rate 1088 and the original padding; SHA3-256 of FIPS 202 differs in the padding byte
only.  The stand-alone verifier has no library for it, and hashes a few kilobytes at most:
about 0.5 ms for each 136 bytes is fast enough.
"""

from typing import Final

DIGEST_BYTES: Final = 32
_RATE_BYTES: Final = 136  # 1088 bits; the capacity is twice the digest
_LANES: Final = 25
_MASK: Final = (1 << 64) - 1


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte digest of ``data``."""
    state = [0] * _LANES
    padding = _RATE_BYTES - len(data) % _RATE_BYTES
    tail = b"\x81" if padding == 1 else b"\x01" + bytes(padding - 2) + b"\x80"
    padded = data + tail
    for start in range(0, len(padded), _RATE_BYTES):
        for lane in range(_RATE_BYTES // 8):
            offset = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[offset : offset + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[: DIGEST_BYTES // 8])


def _permute(a: list[int]) -> list[int]:
    for constant in _ROUND_CONSTANTS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ _rotate(c[(x + 1) % 5], 1) for x in range(5)]
        b = [0] * _LANES
        for source, target, distance in _RHO_PI:
            b[target] = _rotate(a[source] ^ d[source % 5], distance)
        a = [
            b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5]) for i in range(_LANES)
        ]
        a[0] ^= constant
    return a


def _rotate(lane: int, distance: int) -> int:
    return ((lane << distance) | (lane >> (64 - distance))) & _MASK


def _rho_pi() -> tuple[tuple[int, int, int], ...]:
    """Where each lane goes and how far it turns: (source, target, distance)."""
    moves, x, y = [(0, 0, 0)], 1, 0
    for step in range(24):
        source, distance = x + 5 * y, (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
        moves.append((source, x + 5 * y, distance))
    return tuple(moves)


def _round_constants() -> tuple[int, ...]:
    """Bits of the linear feedback register x^8 + x^6 + x^5 + x^4 + 1, one a place 2^j - 1."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            constant |= (register & 1) << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


_RHO_PI: Final = _rho_pi()
_ROUND_CONSTANTS: Final = _round_constants()
