"""Composition root of a node: reads keys and cards, wires everything, serves until told.

Nothing else in the package constructs what it uses; tests build the same parts with
other clocks, sources and peers.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from accord.domain import codec
from accord.domain.bundle import LogProof
from accord.domain.card import Trust
from accord.domain.errors import AccordError
from accord.domain.ids import Identity
from accord.domain.trust_file import load_trust
from accord.ledger.checkpoint import origin_of
from accord.ledger.evm.anchor_proof import AnchoredHead, AnchorProof, ChainTrust, verify_anchor
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm_anchor import EvmAnchor
from accord.ledger.gate import Gate
from accord.ledger.log import Log
from accord.ledger.outbox import LogIdentity, Outbox
from accord.ledger.progress import Progress
from accord.ledger.publisher import Publisher
from accord.ledger.signatures import Ed25519Key, Ed25519Signer
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLedgerUnits
from accord.node.cards import ModulusCache, load_member_cards
from accord.node.channels import Channels
from accord.node.config import NodeConfig
from accord.node.handlers.ask import Ask
from accord.node.handlers.catalogue import Catalogue
from accord.node.handlers.contribute import Contribute
from accord.node.handlers.coordinate import Coordinate
from accord.node.handlers.draft import Draft
from accord.node.handlers.evidence import EvidenceChecker
from accord.node.handlers.grants import Grants
from accord.node.handlers.guard import Guard
from accord.node.handlers.history import History
from accord.node.handlers.owner_tally import OwnerTallies
from accord.node.handlers.pair_keys import PairKeys
from accord.node.handlers.status import Status
from accord.node.handlers.values import SendValues
from accord.node.keys import NodeKeys
from accord.node.logs import configure_logs
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.peers_grpc import GrpcPeers
from accord.node.server import Front, NodeServer
from accord.node.servicers.person import (
    AnalystServicer,
    PersonHandlers,
    StatusServicer,
    StewardServicer,
)
from accord.node.servicers.run import CatalogueServicer, RunHandlers, RunServicer
from accord.node.sources.open import open_source
from accord.node.store.migrate import migrate
from accord.wire.v1 import person_pb2_grpc, run_pb2_grpc

_log = structlog.get_logger(__name__)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node consists of."""

    member: Member
    peers: Peers
    ledger: LedgerClient
    anchored: Callable[[bytes], AnchoredHead]


def run_node(config: NodeConfig, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve one member until ``stop`` is set; calls ``ready`` once it answers.

    Raises:
        AccordError: configuration, keys, cards or port do not hold (E-CFG, E-NOD-003).
    """
    configure_logs(config.log_level)
    config.path(config.data_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = NodeKeys.load(config.path(config.keys_dir))
    trust = load_trust(config.path(config.trust_file))
    cache = ModulusCache(config.path(config.data_dir))
    cards, signed_cards = load_member_cards(config.path(config.cards_dir), trust, cache)
    keys.check_card(cards[config.member])
    database = Database(config.database())
    migrate(database.engine)
    progress = Progress()
    ledger = LedgerClient(config.ledger_url, chain_trust(trust), timeout_s=config.timeouts.ledger_s)
    publisher = _publisher(
        database, ledger, keys, cards[config.member].log_id, trust, config, progress
    )
    database.on_append(publisher.wake)
    clock = SystemClock()
    signer = Ed25519Signer(Identity(trust.consortium, config.member).uri, keys.record)
    member = Member(
        name=config.member,
        consortium=trust.consortium,
        keys=keys,
        signer=signer,
        cards=cards,
        signed_cards=signed_cards,
        database=database,
        log=Log(
            trust.consortium,
            config.member,
            signer=signer,
            clock=clock,
            random_bytes=secrets.token_bytes,
        ),
        gate=Gate(SqlLedgerUnits(database), config.member, progress),
        clock=clock,
        random_bytes=secrets.token_bytes,
        anchor_timeout_s=config.timeouts.anchor_s,
        max_unanchored_age=timedelta(seconds=config.timeouts.max_unanchored_s),
    )
    addresses = {**config.peers, config.member: config.listen}
    channels = Channels(keys.tls, cards, addresses, config.limits.max_message_bytes)
    server = NodeServer(
        config.listen,
        keys.tls,
        Front(config.member, cards, clock, _report),
        config.limits.for_server(),
    )

    def anchored(proof: bytes) -> AnchoredHead:
        return verify_anchor(codec.decode(AnchorProof, proof), ledger.trust)

    add_services(server, Parts(member, GrpcPeers(channels, config.timeouts), ledger, anchored))
    publisher.start()
    server.start()
    _log.info("serving", member=config.member, address=config.listen)
    ready()
    stop.wait()
    server.stop(config.timeouts.stop_s)
    publisher.stop()
    channels.close()
    database.close()


def add_services(server: NodeServer, parts: Parts) -> None:
    """Wire the handlers and put their servicers on the server."""
    member, peers = parts.member, parts.peers
    pair_keys = PairKeys(member, peers)
    tallies = OwnerTallies(member, pair_keys)
    catalogue = Catalogue(member, peers)
    grants = Grants(member)
    run = RunHandlers(
        pair_keys=pair_keys,
        grants=grants,
        contribute=Contribute(member, tallies, lambda o: open_source(o.description, o.folder)),
        guard=Guard(member, pair_keys, EvidenceChecker(member.cards, parts.anchored)),
        send_values=SendValues(member, tallies),
    )
    draft = Draft(member, peers, catalogue, grants)

    def block_of(proof: LogProof) -> int:
        return parts.anchored(proof.anchor).block_number

    person = PersonHandlers(
        draft=draft,
        ask=Ask(member, draft, Coordinate(member, peers), block_of),
        history=History(member),
        catalogue=catalogue,
        grants=grants,
        status=Status(member, peers, parts.ledger.check_chain),
    )
    run_pb2_grpc.add_RunServiceServicer_to_server(RunServicer(run), server.grpc)
    run_pb2_grpc.add_CatalogueServiceServicer_to_server(CatalogueServicer(catalogue), server.grpc)
    person_pb2_grpc.add_AnalystServiceServicer_to_server(AnalystServicer(person), server.grpc)
    person_pb2_grpc.add_StewardServiceServicer_to_server(StewardServicer(person), server.grpc)
    person_pb2_grpc.add_StatusServiceServicer_to_server(StatusServicer(person), server.grpc)


def chain_trust(trust: Trust) -> ChainTrust:
    """The chain's half of the trust file."""
    return ChainTrust(
        trust.chain_id, trust.genesis_hash, trust.contract, trust.code_hash, trust.seal_key
    )


def _publisher(
    database: Database,
    ledger: LedgerClient,
    keys: NodeKeys,
    log_id: bytes,
    trust: Trust,
    config: NodeConfig,
    progress: Progress,
) -> Publisher:
    anchor = EvmAnchor(ledger, keys.anchor)
    origin = origin_of(trust.consortium, config.member)
    identity = LogIdentity(origin, log_id, Ed25519Key(keys.log), anchor.sign_head)
    return Publisher(Outbox(SqlLedgerUnits(database), anchor, identity), progress)


def _report(method: str, error: AccordError) -> None:
    """One line for the local log: code, public facts, and the private detail of our own."""
    _log.info("call_failed", method=method, code=error.code, record=error.record)
