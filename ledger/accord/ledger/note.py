"""Signed notes: text with signature lines (C2SP signed-note v1.0.0).

Parsing is strict: a note has one encoding, so that a changed byte either changes what is
signed, or the signature, or is refused.  Signatures of unknown keys are passed over, as
the specification asks: witnesses add theirs below the log's.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from accord.domain.errors import RequestError, VerificationError
from accord.ledger.signatures import Ed25519Key, is_signature

MAX_NOTE_BYTES: Final = 1 << 20
MAX_SIGNATURES: Final = 100  # 16 are required; leaves room for large consortia
_DASH: Final = "\N{EM DASH} "
_KEY_ID_BYTES: Final = 4
_ED25519_TYPE: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line.

    Attributes:
        key_id: 4 bytes, see `key_id`.
    """

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note; nothing of it is verified yet.

    Attributes:
        text: What is signed, with its final newline.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


def key_id(name: str, public_key: bytes) -> bytes:
    """Names one Ed25519 key in signature lines: 4 bytes."""
    digest = hashlib.sha256(name.encode() + b"\n" + _ED25519_TYPE + public_key).digest()
    return digest[:_KEY_ID_BYTES]


def sign_note(text: str, name: str, key: Ed25519Key) -> bytes:
    """Sign ``text`` (ends in a newline) under the key name ``name``; UTF-8.

    Raises:
        RequestError: E-LOG-020; ``text`` or ``name`` cannot stand in a note.
    """
    signature = key_id(name, key.public) + key.sign(text.encode())
    note = f"{text}\n{_DASH}{name} {encode_base64(signature)}\n".encode()
    try:
        parse_note(note)
    except VerificationError as error:
        raise RequestError("E-LOG-020", name=name, detail=error.detail) from None
    return note


def parse_note(data: bytes) -> Note:
    """Take a note apart.

    Raises:
        VerificationError: E-LOG-004; it is not exactly in the form of the specification.
    """
    try:
        return _parse(data)
    except ValueError as error:
        raise VerificationError("E-LOG-004", detail=str(error)) from None


def verify_note(note: Note, name: str, public_key: bytes) -> None:
    """Check that ``public_key``, under the key name ``name``, signed ``note``.

    Raises:
        VerificationError: E-LOG-005; no such signature, or it does not hold.
    """
    wanted = key_id(name, public_key)
    for line in note.signatures:
        if (line.name, line.key_id) == (name, wanted):
            if is_signature(line.signature, note.text.encode(), public_key):
                return
            break  # a known key's bad signature condemns the note
    raise VerificationError("E-LOG-005", name=name)


def encode_base64(data: bytes) -> str:
    """RFC 4648, section 4, with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Inverse of `encode_base64`; ValueError unless ``text`` is the one encoding."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"base64: {error}") from None
    if encode_base64(data) != text:
        raise ValueError("base64 is not canonical")
    return data


def _parse(data: bytes) -> Note:
    if len(data) > MAX_NOTE_BYTES:
        raise ValueError("longer than any note of ours")
    note = data.decode("utf-8")
    if any(character < " " and character != "\n" for character in note):
        raise ValueError("control character")
    head, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise ValueError("no blank line before the signatures, or no newline at the end")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ValueError("too many signatures")
    return Note(head + "\n", tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _is_key_name(name):
        raise ValueError("not a signature line")
    data = decode_base64(encoded)
    if len(data) <= _KEY_ID_BYTES:
        raise ValueError("no signature in the line")
    return NoteSignature(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))
