"""Make a whole consortium on one machine: keys, cards, genesis, configurations, profiles.

    DIR/trust.json                       what outsiders get
    DIR/ledger/{ledger.toml,genesis.cbor,keys/seal.key}
    DIR/MEMBER/node/{node.toml,keys/,cards/,trust.json,data/}
    DIR/MEMBER/ca/                       kept away from the node
    DIR/MEMBER/PERSON/                   a profile, see `accord.client.profile`

One machine draws all keys, so a lab is for trying out: in production each member makes its
own.  The folder appears when everything in it is complete.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Final

from accord.cli.lab_keys import Order, make_members
from accord.cli.lab_spec import LOOPBACK, ConsortiumSpec, MemberSpec, Ports, assign_ports
from accord.client.profile import format_profile
from accord.domain import codec
from accord.domain.card import MemberCard, Trust
from accord.domain.errors import RequestError
from accord.domain.ids import Identity
from accord.domain.key_files import write_key
from accord.domain.signed import Signed
from accord.domain.trust_file import FORMAT_VERSION, format_trust
from accord.ledger.evm.contract import code_hash
from accord.ledger.evm.genesis import CONTRACT_ADDRESS, GenesisMember, GenesisSpec
from accord.ledger.evm.seal import public_seal_key
from accord.node.cards import CACHE_NAME
from accord.privacy.parameters import KEY_BITS

SEAL_KEY_BYTES: Final = 32
_CHAIN_IDS: Final = 1 << 31  # small enough for every wallet and tool

# Gets the members done so far, of how many, and the member just done.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Lab:
    """A made lab.

    Attributes:
        profiles: Folder of every person, by ``MEMBER/PERSON``.
    """

    folder: Path
    trust: Trust
    ports: Ports
    profiles: Mapping[str, Path]


def new_lab(
    spec: ConsortiumSpec,
    folder: Path,
    *,
    ports: Ports | None = None,
    progress: Progress = lambda _done, _of, _member: None,
    now: datetime | None = None,
    key_bits: int = KEY_BITS,
    workers: int | None = None,
) -> Lab:
    """Make a consortium in ``folder``, which is missing or empty.

    Nothing is left behind if it fails or is interrupted.

    Raises:
        RequestError: E-LAB-007 the folder holds something; E-LAB-008 it cannot be made.
    """
    _check_empty(folder)
    ports = ports or assign_ports(spec)
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    building = _building_folder(folder)
    try:
        orders = [
            _order(spec, position, building, now, key_bits) for position in range(len(spec.member))
        ]
        cards = _make(orders, progress, workers or os.cpu_count() or 1)
        trust = _make_ledger(spec, cards, building / "ledger", now, ports)
        _write_shared(spec, cards, trust, building, ports)
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    profiles = {f"{m.id}/{p.id}": folder / m.id / p.id for m in spec.member for p in m.person}
    return Lab(folder, trust, ports, profiles)


def _order(
    spec: ConsortiumSpec, position: int, building: Path, now: datetime, key_bits: int
) -> Order:
    member = spec.member[position]
    return Order(
        consortium=spec.name,
        member=member.id,
        title_en=member.title.en,
        title_zh=member.title.zh,
        roles=member.roles,
        persons={person.id: person.role for person in member.person},
        position=position,
        folder=building / member.id,
        now=now,
        key_bits=key_bits,
    )


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError("E-LAB-007", folder=str(folder))


def _building_folder(folder: Path) -> Path:
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))
    except OSError as error:
        raise RequestError("E-LAB-008", folder=str(folder), problem=str(error)) from None


def _make(orders: Sequence[Order], progress: Progress, workers: int) -> list[Signed]:
    """Signed cards in consortium order."""
    made: dict[int, Signed] = {}
    for signed in make_members(orders, workers, _import_chain):
        card = _card(signed)
        made[card.position] = signed
        progress(len(made), len(orders), card.member)
    return [made[position] for position in range(len(orders))]


def _import_chain() -> None:
    """Importing the chain's rules takes a second: done while others search primes."""
    import_module("accord.ledger.evm.embedded.genesis")


def _make_ledger(
    spec: ConsortiumSpec, cards: Sequence[Signed], folder: Path, now: datetime, ports: Ports
) -> Trust:
    from accord.ledger.evm.embedded.genesis import genesis_hash  # noqa: PLC0415 - see above

    members = [
        GenesisMember(_card(signed).anchor_address, signed.digest, _card(signed).log_id)
        for signed in cards
    ]
    chain_id = 1 + secrets.randbelow(_CHAIN_IDS)
    genesis = GenesisSpec(spec.name, chain_id, spec.votes, tuple(members), now)
    (folder / "keys").mkdir(parents=True)
    (folder / "data").mkdir(mode=0o700)
    seal_key = secrets.token_bytes(SEAL_KEY_BYTES)
    write_key(folder / "keys/seal.key", "seal", seal_key)
    (folder / "genesis.cbor").write_bytes(codec.encode(genesis))
    text = f"# The embedded ledger of {spec.name}.\nformat = 1\n"
    (folder / "ledger.toml").write_text(text + f'listen = "{LOOPBACK}:{ports.ledger}"\n')
    return Trust(
        version=FORMAT_VERSION,
        consortium=spec.name,
        chain_id=chain_id,
        genesis_hash=genesis_hash(genesis),
        contract=CONTRACT_ADDRESS,
        code_hash=code_hash(),
        seal_key=public_seal_key(seal_key),
        members={_card(signed).member: signed.digest for signed in cards},
    )


def _write_shared(
    spec: ConsortiumSpec, cards: Sequence[Signed], trust: Trust, folder: Path, ports: Ports
) -> None:
    """What needs all members' cards: trust, cards, configurations, profiles."""
    text = format_trust(trust)
    (folder / "trust.json").write_text(text)
    noted = "".join(
        (folder / member.id / "node/data" / CACHE_NAME).read_text() for member in spec.member
    )
    for member in spec.member:
        node = folder / member.id / "node"
        (node / "data" / CACHE_NAME).write_text(noted)  # every card was verified when made
        (node / "trust.json").write_text(text)
        (node / "cards").mkdir()
        for signed in cards:
            (node / "cards" / f"{_card(signed).member}.card").write_bytes(codec.encode(signed))
        (node / "node.toml").write_text(_node_toml(spec, member, ports), encoding="utf-8")
        for person in member.person:
            identity = Identity(spec.name, member.id, person.role, person.id)
            address = f"{LOOPBACK}:{ports.nodes[member.id]}"
            profile = folder / member.id / person.id
            (profile / "profile.toml").write_text(format_profile(identity, address))
            (profile / "trust.json").write_text(text)


def _node_toml(spec: ConsortiumSpec, member: MemberSpec, ports: Ports) -> str:
    peers = "".join(
        f'{name} = "{LOOPBACK}:{port}"\n' for name, port in ports.nodes.items() if name != member.id
    )
    return (
        f"# The node of {member.id} in {spec.name}.  Paths start at this file's folder.\n"
        "# All keys of this consortium were made by one machine: for trying out only.\n"
        "format = 1\n"
        f'member = "{member.id}"\n'
        f'listen = "{LOOPBACK}:{ports.nodes[member.id]}"\n'
        f'ledger_url = "http://{LOOPBACK}:{ports.ledger}"\n'
        f"\n[peers]\n{peers}"
        '\n[work]\nexecutor = "inline"  # the members share this machine\'s cores already\n'
    )


def _card(signed: Signed) -> MemberCard:
    return signed.unsafe_open(MemberCard)  # made by this process's own children
