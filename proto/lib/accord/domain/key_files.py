"""Key files: one secret each, readable by their owner alone.

A file is one line, ``accord KIND key v1: HEX``.  The kind stands inside, so that a log key
put in a record key's place is an error and not a disaster.
"""

import os
import stat
from pathlib import Path

from accord.domain.errors import RequestError

# What a serving process sets first, so that no file it makes is for others, whoever makes it.
OWNER_ONLY_UMASK = 0o077
_OWNER_ONLY = 0o600


def write_key(path: Path, kind: str, key: bytes) -> None:
    """Write a new key file; an existing file is never replaced."""
    write_secret(path, f"accord {kind} key v1: {key.hex()}\n".encode())


def read_key(path: Path, kind: str) -> bytes:
    """The secret in ``path``.

    Raises:
        RequestError: E-CFG-006 missing; E-CFG-007 readable by others; E-CFG-008 no key of
            this kind.
    """
    thing = f"{kind} key"
    prefix = f"accord {kind} key v1: "
    try:
        text = read_secret(path, thing).decode("ascii")
        if not text.startswith(prefix):
            raise ValueError("another kind of file")
        return bytes.fromhex(text.removeprefix(prefix))
    except ValueError:
        raise RequestError("E-CFG-008", file=str(path), thing=thing) from None


def write_secret(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read, from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
        file.write(data)


def read_secret(path: Path, thing: str) -> bytes:
    """The bytes of a secret file; ``thing`` is for the error.

    Raises:
        RequestError: E-CFG-006 missing; E-CFG-007 readable by others.
    """
    try:
        with path.open("rb") as file:
            _check_mode(path, os.fstat(file.fileno()))
            return file.read()
    except OSError as error:
        raise RequestError("E-CFG-006", file=str(path), thing=thing, detail=repr(error)) from None


def check_private_folder(path: Path) -> None:
    """Check that a folder is its owner's alone.

    Raises:
        RequestError: E-CFG-006 missing; E-CFG-007 others may read it or enter it.
    """
    try:
        _check_mode(path, path.stat())
    except OSError as error:
        thing = "stored data"
        raise RequestError("E-CFG-006", file=str(path), thing=thing, detail=repr(error)) from None


def read_public(path: Path, thing: str) -> bytes:
    """The bytes of a file that is no secret.

    Raises:
        RequestError: E-CFG-006; it is missing or unreadable.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RequestError("E-CFG-006", file=str(path), thing=thing, detail=repr(error)) from None


def _check_mode(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RequestError("E-CFG-007", file=str(path), mode=f"{mode:o}")
