"""The compiled AccordLedger: code, interface, and calls as bytes.

Every argument and result used here is one 32-byte word (Solidity ABI specification,
"Formal Specification of the Encoding"), so no ABI library is needed to write them.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from accord.ledger.evm.keccak import keccak256

WORD_BYTES: Final = 32
SELECTOR_BYTES: Final = 4


@cache
def artefact() -> dict[str, Any]:
    """The committed compiler output, see ``ledger/contracts/compile.mjs``."""
    path = files(__package__).joinpath("AccordLedger.json")
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


@cache
def runtime_code() -> bytes:
    """The code that stands at the contract's address in the genesis."""
    return bytes.fromhex(artefact()["bin-runtime"])


@cache
def code_hash() -> bytes:
    """Keccak-256 of `runtime_code`, as the trust file states it."""
    return keccak256(runtime_code())


@cache
def selector(signature: str) -> bytes:
    """The four bytes that name a function, e.g. ``head(bytes32)``."""
    return keccak256(signature.encode())[:SELECTOR_BYTES]


def call_data(signature: str, *words: bytes | int | bool) -> bytes:
    """The call of a function all of whose arguments are single words."""
    return selector(signature) + b"".join(_word(word) for word in words)


def anchor_call(log_id: bytes, size: int, root: bytes) -> bytes:
    """The call that anchors a head."""
    return call_data("anchor(bytes32,uint64,bytes32)", log_id, size, root)


def vote_member_call(address: bytes, card_hash: bytes, log_id: bytes, *, active: bool) -> bytes:
    """The call that votes for a change of the membership."""
    signature = "voteMember(address,bytes32,bytes32,bool)"
    return call_data(signature, address, card_hash, log_id, active)


def report_call(
    log_id: bytes, size: int, first: tuple[bytes, bytes], second: tuple[bytes, bytes]
) -> bytes:
    """The call that reports two heads of one size; each is its root and its signature."""
    (root_a, signature_a), (root_b, signature_b) = first, second
    tail_a, tail_b = _tail(signature_a), _tail(signature_b)
    start = 6 * WORD_BYTES  # the dynamic arguments follow the six words of the static part
    return (
        call_data(
            "reportEquivocation(bytes32,uint64,bytes32,bytes,bytes32,bytes)",
            *(log_id, size, root_a, start, root_b, start + len(tail_a)),
        )
        + tail_a
        + tail_b
    )


def words(result: bytes, count: int) -> tuple[bytes, ...]:
    """Split a result of ``count`` words; ValueError if it has another length."""
    if len(result) != count * WORD_BYTES:
        raise ValueError(f"{len(result)} bytes where {count} words belong")
    return tuple(result[place : place + WORD_BYTES] for place in range(0, len(result), WORD_BYTES))


def _tail(data: bytes) -> bytes:
    return _word(len(data)) + data + bytes(-len(data) % WORD_BYTES)


def _word(value: bytes | int | bool) -> bytes:  # noqa: FBT001 - an ABI bool
    number = value if isinstance(value, int) else int.from_bytes(value, "big")
    return number.to_bytes(WORD_BYTES, "big")
