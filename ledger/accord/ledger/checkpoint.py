"""Checkpoints: a log's signed word on its size and root (C2SP tlog-checkpoint).

Three lines as a signed note.  Extension lines, which the specification allows and advises
against, are refused: nothing in a checkpoint of ours may escape whoever checks it.
"""

import re
from dataclasses import dataclass
from typing import Final

from accord.domain.errors import VerificationError
from accord.ledger.merkle import HASH_BYTES, MAX_SIZE
from accord.ledger.note import (
    Note,
    decode_base64,
    encode_base64,
    parse_note,
    sign_note,
    verify_note,
)
from accord.ledger.signatures import Ed25519Key

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size and root of one log.

    Attributes:
        origin: Name of the log, see `origin_of`; also the name of its key.
        root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def origin_of(consortium: str, member: str) -> str:
    """Name of a member's log."""
    return f"accord.{consortium}/{member}"


def make_checkpoint(checkpoint: Checkpoint, key: Ed25519Key) -> bytes:
    """Sign ``checkpoint`` with the log key: a note, UTF-8."""
    return sign_note(checkpoint.text, checkpoint.origin, key)


def parse_checkpoint(data: bytes) -> tuple[Checkpoint, Note]:
    """Take a checkpoint apart; nothing of it is verified.

    Raises:
        VerificationError: E-LOG-004; it is not exactly in the form of the specification.
    """
    note = parse_note(data)
    try:
        return parse_checkpoint_text(note.text), note
    except ValueError as error:
        raise VerificationError("E-LOG-004", detail=str(error)) from None


def open_checkpoint(data: bytes, origin: str, log_key: bytes) -> Checkpoint:
    """The checkpoint, if it is the log's: ``origin`` signed by ``log_key``.

    Raises:
        VerificationError: E-LOG-004, malformed; E-LOG-005, not signed by this log.
    """
    checkpoint, note = parse_checkpoint(data)
    if checkpoint.origin != origin:
        raise VerificationError("E-LOG-005", name=origin)
    verify_note(note, origin, log_key)
    return checkpoint


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Inverse of `Checkpoint.text`; ValueError unless ``text`` is its one form."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != _LINES or not lines[0] or _SIZE.fullmatch(lines[1]) is None:
        raise ValueError("not origin, size and root")
    size, root = int(lines[1]), decode_base64(lines[2])
    if size > MAX_SIZE or len(root) != HASH_BYTES:
        raise ValueError("size or root out of range")
    return Checkpoint(lines[0], size, root)
