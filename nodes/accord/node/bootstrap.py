"""A member's process: reads configuration, keys and cards, and serves until told to stop."""

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from accord.domain import codec
from accord.domain.card import Trust
from accord.domain.errors import AccordError, RequestError
from accord.domain.ids import Identity
from accord.domain.key_files import OWNER_ONLY_UMASK, check_private_folder
from accord.domain.ports import Clock
from accord.domain.trust_file import load_trust
from accord.ledger.checkpoint import origin_of
from accord.ledger.evm.anchor_proof import AnchoredHead, AnchorProof, chain_trust, verify_anchor
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
from accord.node.handlers.interrupted import end_interrupted
from accord.node.keys import NodeKeys
from accord.node.logs import configure_logs
from accord.node.member import Member
from accord.node.peers_grpc import GrpcPeers
from accord.node.server import Front, NodeServer
from accord.node.store.migrate import migrate
from accord.node.wiring import Parts, add_services
from accord.node.work import open_work

_log = structlog.get_logger(__name__)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC)


def run_node(config: NodeConfig, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve one member until ``stop`` is set; calls ``ready`` once it answers.

    Raises:
        AccordError: configuration, keys, cards or port do not hold (E-CFG, E-CRD), or the
            database cannot be opened (E-STO).
    """
    os.umask(OWNER_ONLY_UMASK)
    configure_logs(config.log_level)
    with serving(config, SystemClock()):
        _log.info("serving", member=config.member, address=config.listen)
        ready()
        stop.wait()


@contextmanager
def serving(config: NodeConfig, clock: Clock) -> Iterator[Member]:
    """One member's node, answering calls and anchoring its log while the block runs.

    Raises:
        AccordError: As `run_node`.
    """
    data_dir = config.path(config.data_dir)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private_folder(data_dir)
    trust = load_trust(config.path(config.trust_file))
    progress = Progress()
    with ExitStack() as stack:  # closed in reverse: calls end before the log does
        database = _open_database(config, stack)
        work = stack.enter_context(open_work(config.work))
        member = replace(_open_member(config, trust, database, clock, progress), work=work)
        chain = chain_trust(trust)
        ledger = LedgerClient(config.ledger_url, chain, timeout_s=config.timeouts.ledger_s)
        _start_publisher(member, ledger, progress, stack)
        addresses = {**config.peers, config.member: config.listen}
        limit = config.limits.max_message_bytes
        channels = Channels(member.keys.tls, member.cards, addresses, limit)
        stack.callback(channels.close)

        def anchored(proof: bytes) -> AnchoredHead:
            return verify_anchor(codec.decode(AnchorProof, proof), chain)

        peers = GrpcPeers(channels, config.timeouts)
        front = Front(config.member, member.cards, member.clock, _report)
        limits = config.limits.for_server()
        server = NodeServer(config.listen, member.keys.tls, front, limits)
        add_services(server, Parts(member, peers, ledger.check_chain, anchored))
        end_interrupted(member)
        server.start()
        stack.callback(server.stop, config.timeouts.stop_s)
        yield member


def _open_database(config: NodeConfig, stack: ExitStack) -> Database:
    config.database_password()  # where the file is missing, that is said now, by its name
    password = config.database_password if config.database_password_file else None
    database = Database(config.database(), password)
    stack.callback(database.close)
    database.check()
    migrate(database)
    return database


def _open_member(
    config: NodeConfig, trust: Trust, database: Database, clock: Clock, progress: Progress
) -> Member:
    """Keys that fit the card, cards that fit the trust file, and the log they sign."""
    keys = NodeKeys.load(config.path(config.keys_dir))
    cache = ModulusCache(config.path(config.data_dir))
    cards, signed_cards = load_member_cards(config.path(config.cards_dir), trust, cache)
    if config.member not in cards:
        raise RequestError("E-NET-008", member=config.member)
    keys.check_card(cards[config.member])
    signer = Ed25519Signer(Identity(trust.consortium, config.member).uri, keys.record)
    log = Log(
        trust.consortium,
        config.member,
        signer=signer,
        clock=clock,
        random_bytes=secrets.token_bytes,
    )
    return Member(
        name=config.member,
        consortium=trust.consortium,
        keys=keys,
        signer=signer,
        cards=cards,
        signed_cards=signed_cards,
        database=database,
        log=log,
        gate=Gate(SqlLedgerUnits(database), config.member, progress),
        clock=clock,
        random_bytes=secrets.token_bytes,
        anchor_timeout_s=config.timeouts.anchor_s,
        max_unanchored_age=timedelta(seconds=config.timeouts.max_unanchored_s),
    )


def _start_publisher(
    member: Member, ledger: LedgerClient, progress: Progress, stack: ExitStack
) -> None:
    anchor = EvmAnchor(ledger, member.keys.anchor)
    identity = LogIdentity(
        origin_of(member.consortium, member.name),
        member.cards[member.name].log_id,
        Ed25519Key(member.keys.log),
        anchor.sign_head,
    )
    publisher = Publisher(Outbox(SqlLedgerUnits(member.database), anchor, identity), progress)
    member.database.on_append(publisher.wake)
    publisher.start()
    stack.callback(publisher.stop)


def _report(method: str, error: AccordError) -> None:
    """One line for the local log; only a fault of ours adds its detail, which names code."""
    fault = {"error": error.detail} if error.kind == "fault" else {}
    _log.info("call_failed", method=method, code=error.code, record=error.record, **fault)
