"""Which handler serves which call: the services of a node, put together.

Nothing else constructs a handler; tests build the same parts with other clocks, sources
and peers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain import codec
from accord.domain.bundle import LogProof
from accord.ledger.evm.anchor_proof import AnchoredHead
from accord.node.handlers.abort import Abort
from accord.node.handlers.ask import Ask
from accord.node.handlers.cancel import Cancel
from accord.node.handlers.catalogue import Catalogue
from accord.node.handlers.consents import Consents
from accord.node.handlers.contribute import Contribute
from accord.node.handlers.coordinate import Coordinate
from accord.node.handlers.draft import Draft
from accord.node.handlers.evidence import EvidenceChecker
from accord.node.handlers.grants import Grants
from accord.node.handlers.guard import Guard
from accord.node.handlers.history import History
from accord.node.handlers.inspections import Inspect
from accord.node.handlers.owner_tally import OwnerTallies
from accord.node.handlers.pair_keys import PairKeys
from accord.node.handlers.proofs import FetchProof
from accord.node.handlers.request_replay import RequestReplay
from accord.node.handlers.resume import Resume
from accord.node.handlers.running import Runner
from accord.node.handlers.status import Status
from accord.node.handlers.values import SendValues
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.server import NodeServer
from accord.node.servicers.audit import AuditHandlers, AuditServicer, InspectionServicer
from accord.node.servicers.person import (
    AnalystServicer,
    PersonHandlers,
    StatusServicer,
    StewardServicer,
)
from accord.node.servicers.run import CatalogueServicer, RunHandlers, RunServicer
from accord.node.sources.open import open_source
from accord.wire.v1 import audit_pb2_grpc, person_pb2_grpc, run_pb2_grpc


@dataclass(frozen=True, slots=True)
class Parts:
    """What the handlers of a node rest on.

    Attributes:
        check_ledger: Raises while the ledger does not answer or is not ours.
        anchored: Turns the bytes of an anchor proof into the head that is on the chain.
    """

    member: Member
    peers: Peers
    check_ledger: Callable[[], None]
    anchored: Callable[[bytes], AnchoredHead]


def add_services(server: NodeServer, parts: Parts) -> None:
    """Make the handlers and put their servicers on the server."""
    catalogue, grants = Catalogue(parts.member, parts.peers), Grants(parts.member)
    run = RunServicer(_run_handlers(parts, grants))
    run_pb2_grpc.add_RunServiceServicer_to_server(run, server.grpc)
    run_pb2_grpc.add_CatalogueServiceServicer_to_server(CatalogueServicer(catalogue), server.grpc)
    audit = _audit_handlers(parts)
    audit_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(audit), server.grpc)
    audit_pb2_grpc.add_InspectionServiceServicer_to_server(InspectionServicer(audit), server.grpc)
    person = _person_handlers(parts, catalogue, grants)
    person_pb2_grpc.add_AnalystServiceServicer_to_server(AnalystServicer(person), server.grpc)
    person_pb2_grpc.add_StewardServiceServicer_to_server(StewardServicer(person), server.grpc)
    person_pb2_grpc.add_StatusServiceServicer_to_server(StatusServicer(person), server.grpc)


def _run_handlers(parts: Parts, grants: Grants) -> RunHandlers:
    member = parts.member
    pair_keys = PairKeys(member, parts.peers)
    tallies = OwnerTallies(member, pair_keys)
    return RunHandlers(
        pair_keys=pair_keys,
        grants=grants,
        contribute=Contribute(member, tallies, lambda o: open_source(o.description, o.folder)),
        guard=Guard(member, pair_keys, EvidenceChecker(member.cards, parts.anchored)),
        send_values=SendValues(member, tallies),
        fetch_proof=FetchProof(member),
        abort=Abort(member),
    )


def _audit_handlers(parts: Parts) -> AuditHandlers:
    member, peers = parts.member, parts.peers
    return AuditHandlers(
        consents=Consents(member),
        inspect=Inspect(member, peers, PairKeys(member, peers)),
        request_replay=RequestReplay(member, peers),
        cards=tuple(codec.encode(card) for card in member.signed_cards),
    )


def _person_handlers(parts: Parts, catalogue: Catalogue, grants: Grants) -> PersonHandlers:
    member, peers = parts.member, parts.peers
    draft = Draft(member, peers, catalogue, grants)

    def block_of(proof: LogProof) -> int:
        return parts.anchored(proof.anchor).block_number

    runner = Runner(
        member, Coordinate(member, peers, EvidenceChecker(member.cards, parts.anchored)), block_of
    )
    return PersonHandlers(
        draft=draft,
        ask=Ask(member, draft, runner),
        cancel=Cancel(member, peers),
        resume=Resume(member, runner),
        history=History(member),
        catalogue=catalogue,
        grants=grants,
        status=Status(member, peers, parts.check_ledger),
    )
