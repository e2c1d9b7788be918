"""``consortium.toml``: who takes part in a consortium that one machine sets up.

Form is checked first (E-CFG-003 to E-CFG-005), then the rules between the values (E-LAB).
"""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from accord.domain.errors import RequestError
from accord.domain.ids import MemberRole, PersonRole
from accord.node.config import Name
from accord.node.settings import parse, read_toml

FIRST_PORT: Final = 7400
MIN_MEMBERS: Final = 2
LOOPBACK: Final = "127.0.0.1"
# Folders of a lab that are no member's, and of a member that are no person's.
RESERVED_MEMBERS: Final = frozenset({"ledger"})
RESERVED_PERSONS: Final = frozenset({"node", "ca"})

Port = Annotated[int, Field(ge=1, le=65535)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Table):
    """What people read instead of the id."""

    en: str = Field(min_length=1, max_length=200, examples=["Tax office North"])
    zh: str = Field(min_length=1, max_length=200, examples=["北区税务局"])


class Person(_Table):
    """One person, with the one role that the certificate will carry."""

    id: Name = Field(examples=["ana"])
    role: PersonRole = Field(examples=["analyst"])


class MemberSpec(_Table):
    """One member; ``port`` is for the node."""

    id: Name = Field(examples=["tax_north"])
    title: Title = Field(examples=[{"en": "Tax office North", "zh": "北区税务局"}])
    roles: tuple[MemberRole, ...] = Field(default=(), examples=[["owner"]])
    port: Port | None = None
    person: tuple[Person, ...] = ()


class LedgerSpec(_Table):
    """The embedded ledger."""

    kind: Literal["embedded"] = "embedded"
    port: Port | None = None


class ConsortiumSpec(_Table):
    """A consortium.

    Attributes:
        votes_needed: Members that must agree to a change of the membership; by default
            more than half.
        member: In the consortium's order; the guard of a question follows from it.
    """

    name: Name = Field(examples=["demo"])
    votes_needed: int | None = Field(default=None, examples=[2])
    ledger: LedgerSpec = LedgerSpec()
    member: tuple[MemberSpec, ...] = Field(examples=["one [[member]] table a member"])

    @property
    def votes(self) -> int:
        """Votes needed, with the default filled in."""
        return self.votes_needed or len(self.member) // 2 + 1


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens, on the loopback interface.

    Attributes:
        nodes: Port of every member's node, by member.
    """

    ledger: int
    nodes: Mapping[str, int]


def load_spec(path: Path) -> ConsortiumSpec:
    """Read and check ``consortium.toml``.

    Raises:
        RequestError: E-CFG-001 to E-CFG-005; E-LAB-001 to E-LAB-006.
    """
    return parse_spec(read_toml(path), str(path))


def parse_spec(values: Mapping[str, object], file: str) -> ConsortiumSpec:
    """Like `load_spec`, for tables that are at hand; ``file`` is for errors."""
    spec = parse(ConsortiumSpec, values, file)
    _check_members(spec)
    for member in spec.member:
        _check_persons(member)
    _check_ports(spec)
    return spec


def assign_ports(spec: ConsortiumSpec, *, free: bool = False) -> Ports:
    """The ports of ``spec``; where it names none, 7400 plus the place, or free ones.

    A free port is free now; whoever is faster may take it before the node does.

    Raises:
        RequestError: E-LAB-005; two would listen on one port.
    """
    wanted = [spec.ledger.port, *(member.port for member in spec.member)]
    spare = _free_ports(len(wanted)) if free else list(_consecutive(len(wanted)))
    ports = [port or other for port, other in zip(wanted, spare, strict=True)]
    names = ["ledger", *(member.id for member in spec.member)]
    _check_distinct(dict(zip(names, ports, strict=True)))
    return Ports(ports[0], dict(zip(names[1:], ports[1:], strict=True)))


def _check_members(spec: ConsortiumSpec) -> None:
    if len(spec.member) < MIN_MEMBERS:
        raise RequestError("E-LAB-001", count=len(spec.member), minimum=MIN_MEMBERS)
    ids = [member.id for member in spec.member]
    for name in ids:
        if ids.count(name) > 1:
            raise RequestError("E-LAB-002", member=name)
        _check_reserved(name, RESERVED_MEMBERS)
    if not 1 <= spec.votes <= len(ids) or spec.votes_needed == 0:
        votes = spec.votes_needed or 0
        raise RequestError("E-LAB-006", votes=votes, members=len(ids))


def _check_persons(member: MemberSpec) -> None:
    roles: dict[str, PersonRole] = {}
    for person in member.person:
        _check_reserved(person.id, RESERVED_PERSONS)
        if person.id in roles:
            raise RequestError(
                "E-LAB-003",
                person=f"{member.id}/{person.id}",
                first=roles[person.id],
                second=person.role,
            )
        roles[person.id] = person.role


def _check_reserved(name: str, reserved: frozenset[str]) -> None:
    if name in reserved:
        raise RequestError("E-LAB-004", name=name)


def _check_ports(spec: ConsortiumSpec) -> None:
    named = {"ledger": spec.ledger.port, **{member.id: member.port for member in spec.member}}
    _check_distinct({name: port for name, port in named.items() if port is not None})


def _check_distinct(ports: Mapping[str, int]) -> None:
    holders: dict[int, str] = {}
    for name, port in ports.items():
        if port in holders:
            raise RequestError("E-LAB-005", port=port, first=holders[port], second=name)
        holders[port] = name


def _consecutive(count: int) -> Iterator[int]:
    yield from range(FIRST_PORT, FIRST_PORT + count)


def _free_ports(count: int) -> Sequence[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
