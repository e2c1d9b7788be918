"""Inclusion proofs as a text file for other people's tools (C2SP tlog-proof, v1).

Holds index, hashes and checkpoint of one leaf; file suffix ``.tlog-proof``.
"""

import re
from dataclasses import dataclass
from typing import Final

from accord.domain.errors import VerificationError
from accord.ledger.merkle import HASH_BYTES, MAX_SIZE
from accord.ledger.note import decode_base64, encode_base64

FILE_SUFFIX: Final = ".tlog-proof"
_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """One leaf's proof.

    Attributes:
        hashes: Inclusion proof, leaf to root, 32 bytes each.
        checkpoint: The signed note, verbatim.
        extra: Bytes for the application; nobody has signed them.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def encode_tlog_proof(proof: TlogProof) -> bytes:
    """Write the file."""
    extra = [] if proof.extra is None else [f"extra {encode_base64(proof.extra)}"]
    hashes = [encode_base64(value) for value in proof.hashes]
    lines = [_FIRST_LINE, *extra, f"index {proof.index}", *hashes, "", ""]
    return "\n".join(lines).encode() + proof.checkpoint


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Read the file; nothing of it is verified.

    Raises:
        VerificationError: E-LOG-006; it is not exactly in the form of the specification.
    """
    try:
        return _parse(data)
    except ValueError as error:
        raise VerificationError("E-LOG-006", detail=str(error)) from None


def _parse(data: bytes) -> TlogProof:
    head, blank, checkpoint = data.partition(b"\n\n")
    first, *lines = head.decode("utf-8").split("\n")
    if first != _FIRST_LINE or not blank or not checkpoint:
        raise ValueError("another format, or no checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None or int(index[1]) >= MAX_SIZE or len(lines) - 1 > _MAX_HASHES:
        raise ValueError("no index, or too many hashes")
    hashes = tuple(decode_base64(line) for line in lines[1:])
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ValueError("a line that is no hash")
    return TlogProof(int(index[1]), hashes, checkpoint, extra)
