"""A person's profile: a folder ``MEMBER/PERSON`` with keys, certificate, card and trust file.

``profile.toml`` says whose it is and where the member's node listens.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from accord.domain import codec
from accord.domain.card import Trust
from accord.domain.errors import AccordError, RequestError
from accord.domain.ids import Identity, PersonRole, is_name
from accord.domain.key_files import read_key, read_public, read_secret
from accord.domain.signed import Signed
from accord.domain.trust_file import load_trust
from accord.ledger.signatures import Ed25519Signer
from accord.privacy.sealing import SealingKey, parse_sealing_key

T = TypeVar("T")

VARIABLE: Final = "ACCORD_PROFILE"
FORMAT_VERSION: Final = 1
FILES: Final = {
    "profile": "profile.toml",
    "tls_key": "tls.key",
    "tls_certificate": "tls.crt",
    "member_ca": "ca.crt",
    "signing": "signing.key",
    "sealing": "sealing.key",
    "card": "person.card",
    "trust": "trust.json",
}
_KEYS: Final = {"format", "consortium", "member", "person", "role", "node"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One person of one member, able to act.

    Attributes:
        node: ``HOST:PORT`` of the member's node.
        tls_key: PEM, like ``tls_certificate`` and ``member_ca``.
        member_ca: The CA that the node's certificate must come from.
        card: The person's card, signed by the member's record key.
    """

    identity: Identity
    node: str
    tls_key: bytes = field(repr=False)
    tls_certificate: bytes
    member_ca: bytes
    signer: Ed25519Signer
    sealing: SealingKey
    card: Signed
    trust: Trust

    @property
    def role(self) -> PersonRole:
        """What the person may do."""
        return PersonRole(self.identity.role)


def choose_profile(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The folder named by ``--as``, else by ``ACCORD_PROFILE``.

    Raises:
        RequestError: E-CFG-013; neither names one.
    """
    if option is not None:
        return option
    if not environ.get(VARIABLE):
        raise RequestError("E-CFG-013")
    return Path(environ[VARIABLE])


def load_profile(folder: Path) -> Profile:
    """Read a profile.

    Raises:
        RequestError: E-CFG-014 no profile; E-CFG-002 to E-CFG-008, E-CFG-011 a file in it
            is unusable.
    """
    for name in FILES.values():
        if not (folder / name).is_file():
            raise RequestError("E-CFG-014", folder=str(folder), file=name)
    identity, node = _read_toml(folder / FILES["profile"])
    signing = read_key(folder / FILES["signing"], "signing")
    return Profile(
        identity=identity,
        node=node,
        tls_key=read_secret(folder / FILES["tls_key"], "TLS key"),
        tls_certificate=read_public(folder / FILES["tls_certificate"], "TLS certificate"),
        member_ca=read_public(folder / FILES["member_ca"], "CA certificate"),
        signer=_parsed(folder, "signing", lambda: Ed25519Signer(identity.uri, signing)),
        sealing=_parsed(
            folder,
            "sealing",
            lambda: parse_sealing_key(read_key(folder / FILES["sealing"], "sealing")),
        ),
        card=_parsed(
            folder, "card", lambda: codec.decode(Signed, read_public(folder / FILES["card"], ""))
        ),
        trust=load_trust(folder / FILES["trust"]),
    )


def format_profile(identity: Identity, node: str) -> str:
    """The text of ``profile.toml``."""
    return (
        f"# {identity.uri}\n"
        f"format = {FORMAT_VERSION}\n"
        f'consortium = "{identity.consortium}"\n'
        f'member = "{identity.member}"\n'
        f'person = "{identity.person}"\n'
        f'role = "{identity.role}"\n'
        f'node = "{node}"  # where the node of {identity.member} listens\n'
    )


def _read_toml(path: Path) -> tuple[Identity, str]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError("E-CFG-002", file=str(path), problem=str(error)) from None
    for key in sorted(_KEYS - values.keys()):
        raise RequestError("E-CFG-004", file=str(path), key=key, example=f'{key} = "…"')
    for key in sorted(values.keys() - _KEYS):
        raise RequestError("E-CFG-003", file=str(path), key=key, near=", ".join(sorted(_KEYS)))
    _check_values(path, values)
    parts = (values[name] for name in ("consortium", "member", "role", "person"))
    return Identity(*parts), values["node"]


def _check_values(path: Path, values: Mapping[str, Any]) -> None:
    names = ("consortium", "member", "person")
    checks = {
        "format": (values["format"] == FORMAT_VERSION, f"format = {FORMAT_VERSION}"),
        "role": (str(values["role"]) in set(PersonRole), 'role = "analyst"'),
        "node": (isinstance(values["node"], str), 'node = "127.0.0.1:7401"'),
        **{name: (is_name(str(values[name])), f'{name} = "statistics"') for name in names},
    }
    for key, (holds, example) in checks.items():
        if not holds:
            facts = {"key": key, "problem": f"{values[key]!r}", "example": example}
            raise RequestError("E-CFG-005", file=str(path), **facts)


def _parsed(folder: Path, name: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (AccordError, ValueError) as error:
        if isinstance(error, RequestError) and error.code.startswith("E-CFG-"):
            raise
        path = folder / FILES[name]
        raise RequestError("E-CFG-008", file=str(path), thing=name) from None
