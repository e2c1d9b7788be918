"""``trust.json``: what an outsider gets by a way of its own (see `accord.domain.card.Trust`).

JSON, because people read and compare it; digests and addresses as lower-case hexadecimal.
The order of ``members`` is the consortium's order.
"""

import json
from pathlib import Path
from typing import Any, Final

from accord.domain.card import Trust
from accord.domain.errors import RequestError
from accord.domain.ids import is_name

FORMAT_VERSION: Final = 1
_SIZES: Final = {"genesis_hash": 32, "contract": 20, "code_hash": 32, "seal_key": 32}
_CARD_DIGEST_BYTES: Final = 32
_OBJECTS: Final = 2  # the file and its members; no value may hold a bracket
_KEYS: Final = {"version", "consortium", "chain_id", *_SIZES, "members"}


def format_trust(trust: Trust) -> str:
    """The text of a trust file."""
    value: dict[str, Any] = {
        "version": trust.version,
        "consortium": trust.consortium,
        "chain_id": trust.chain_id,
        **{name: getattr(trust, name).hex() for name in _SIZES},
        "members": {member: digest.hex() for member, digest in trust.members.items()},
    }
    return json.dumps(value, indent=2) + "\n"


def parse_trust(text: str, name: str = "trust.json") -> Trust:
    """Read the text of a trust file; ``name`` is for the error.

    Raises:
        RequestError: E-CFG-011 with the first thing that is wrong.
    """
    try:
        if text.count("{") + text.count("[") > _OBJECTS:  # the parser follows them on the C stack
            raise ValueError("more objects than a trust file has")
        value = json.loads(text, object_pairs_hook=_without_duplicates)
        return _lift(value)
    except ValueError as error:
        raise RequestError("E-CFG-011", file=name, problem=str(error)) from None


def load_trust(path: Path) -> Trust:
    """Read a trust file.

    Raises:
        RequestError: E-CFG-001 there is none; E-CFG-011 it is unusable.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise RequestError("E-CFG-001", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        problem = "it cannot be read as text"
        raise RequestError(
            "E-CFG-011", file=str(path), problem=problem, detail=repr(error)
        ) from None
    return parse_trust(text, str(path))


def _lift(value: object) -> Trust:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind for all of them
    if type(value.get("version")) is not int or value["version"] != FORMAT_VERSION:
        raise ValueError(f"format version {value.get('version')!r}, expected {FORMAT_VERSION}")
    if value.keys() != _KEYS:
        raise ValueError(f"keys differ: {', '.join(sorted(value.keys() ^ _KEYS))}")
    if not is_name(str(value["consortium"])):
        raise ValueError("consortium is no name")
    if type(value["chain_id"]) is not int or value["chain_id"] < 1:
        raise ValueError("chain_id is no positive integer")
    return Trust(
        version=FORMAT_VERSION,
        consortium=str(value["consortium"]),
        chain_id=value["chain_id"],
        **{name: _bytes(name, value[name], size) for name, size in _SIZES.items()},
        members=_members(value["members"]),
    )


def _members(value: object) -> dict[str, bytes]:
    if not isinstance(value, dict) or not value or not all(map(is_name, value)):
        raise ValueError("members is no map of member names")
    return {member: _bytes(member, digest, _CARD_DIGEST_BYTES) for member, digest in value.items()}


def _bytes(name: str, value: object, size: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * size:
        raise ValueError(f"{name} is not {size} bytes in lower-case hexadecimal")
    if not set(value) <= set("0123456789abcdef"):  # fromhex would also take blanks
        raise ValueError(f"{name} is not hexadecimal")
    return bytes.fromhex(value)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value
