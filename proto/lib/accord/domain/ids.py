"""Who is who: member ids, people, and the SPIFFE names their certificates carry."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accord.domain.errors import RequestError

PROTOCOL_VERSION: Final = 1
RUN_ID_BYTES: Final = 16
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class MemberRole(StrEnum):
    """What a member's node does in the consortium."""

    OWNER = "owner"
    GUARD = "guard"
    AUDITOR = "auditor"


class PersonRole(StrEnum):
    """What a person may do; a certificate carries exactly one."""

    ANALYST = "analyst"
    STEWARD = "steward"
    OFFICER = "officer"
    REGULATOR = "regulator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Identity:
    """A node or a person of one member, as its certificate names it.

    Attributes:
        role: Empty for the member's node, else the person's only role.
        person: Empty for the node.
    """

    consortium: str
    member: str
    role: str = ""
    person: str = ""

    @property
    def uri(self) -> str:
        """``spiffe://CONSORTIUM/MEMBER/node`` or ``.../MEMBER/person/ROLE/NAME``."""
        tail = f"person/{self.role}/{self.person}" if self.person else "node"
        return f"spiffe://{self.consortium}/{self.member}/{tail}"


def parse_identity(uri: str) -> Identity:
    """Inverse of `Identity.uri`.

    Raises:
        RequestError: E-MSG-001; ``uri`` is no name of a node or person.
    """
    parts = uri.removeprefix("spiffe://").split("/")
    match parts:
        case [consortium, member, "node"]:
            identity = Identity(consortium, member)
        case [consortium, member, "person", role, person] if role in set(PersonRole):
            identity = Identity(consortium, member, role, person)
        case _:
            raise RequestError("E-MSG-001", thing="SPIFFE name", detail=uri)
    if identity.uri != uri or not all(is_name(part) for part in parts if part != "node"):
        raise RequestError("E-MSG-001", thing="SPIFFE name", detail=uri)
    return identity


def node_dns_name(consortium: str, member: str) -> str:
    """DNS name that a caller demands of the certificate of ``member``'s node.

    Ids never hold a hyphen, so replacing the underscore, which host names may not hold,
    keeps different members apart.  ``internal`` is reserved for private use (ICANN, 2024).
    """
    return f"{member}.{consortium}.accord.internal".replace("_", "-")


def is_name(text: str) -> bool:
    """Whether ``text`` may name a member, person, table or column: ``[a-z][a-z0-9_]*``."""
    return _NAME.fullmatch(text) is not None
