"""What a man in the middle of a node and its ledger endpoint gains: denial of service only.

He answers every JSON-RPC call as he likes and has all genuine anchors of all members, but
not the ledger's seal key.  See `accord.ledger.outbox`.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accord.domain.errors import RefusalError, UnavailableError, VerificationError
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm.contract import anchor_call
from accord.ledger.evm.embedded.encoding import RpcError
from accord.ledger.evm_anchor import EvmAnchor
from accord.ledger.heads import Head, HeadState
from accord.ledger.outbox import LogIdentity, Outbox
from accord.ledger.reading import root_at
from tests.fakes.ledger import Member
from tests.unit.ledger.evm.evm_consortium import Consortium, insecure_key, member

OURS, ANOTHER = 0, 1
SIZES = (1, 2)  # of the other member's anchors; the first has the size of ours
Lie = Callable[..., Any]


class Endpoint(LedgerClient):
    """The client on a wire that a man in the middle holds."""

    def __init__(self, chain: Consortium) -> None:
        super().__init__("in process", chain.trust)
        self._chain = chain
        self.lies: dict[str, Lie] = {}

    def honest(self, method: str, *params: object) -> Any:
        return self._chain.ask(method, *params)

    def _ask(self, method: str, *params: object) -> Any:
        try:
            return self.lies.get(method, lambda *rest: self.honest(method, *rest))(*params)
        except RpcError as error:
            raise RefusalError("E-CHN-006", reason=error.message) from error


class Victim:
    """A member with one record that is not anchored."""

    def __init__(self, chain: Consortium) -> None:
        self.owner = Member()
        self.endpoint = Endpoint(chain)
        self.others = [
            chain.transact(ANOTHER, anchor_call(member(ANOTHER).log_id, size, b"o" * 32))
            for size in SIZES
        ]
        anchor = EvmAnchor(self.endpoint, insecure_key(OURS))
        self.log_id = member(OURS).log_id
        identity = replace(self.owner.identity, log_id=self.log_id, sign_head=anchor.sign_head)
        self.restart: Callable[[], Outbox] = lambda: outbox_of(self.owner, anchor, identity)
        self.owner.append()

    def lie(self, **lies: Lie) -> None:
        self.endpoint.lies = lies

    def instead(self, place: int) -> dict[str, Lie]:
        """Whatever transaction is asked for, answer with this one of the other member's."""
        other = self.others[place]["transactionHash"]
        return {
            method: lambda _hash, method=method: self.endpoint.honest(method, other)
            for method in ("eth_getTransactionReceipt", "accord_getReceiptProof")
        }

    def root(self) -> bytes:
        with self.owner.units.read() as unit:
            return root_at(unit.log, 1)

    def head(self) -> Head | None:
        with self.owner.units.read() as unit:
            return unit.heads.latest()

    def released(self) -> bool:
        """Whether anything may leave on the strength of our record."""
        with suppress(UnavailableError):
            self.owner.gate.send_permit(0, 0.0)
            return True
        return False

    def recovers(self) -> bool:
        """Whether an honest endpoint is all it takes."""
        self.lie()
        outbox = self.restart()
        while outbox.step() is not None:
            pass
        head = self.head()
        return head is not None and head.state is HeadState.FINAL and self.released()


def outbox_of(owner: Member, anchor: EvmAnchor, identity: LogIdentity) -> Outbox:
    return Outbox(owner.units, anchor, identity)


def claimed_head(size: int, root: bytes) -> Lie:
    """What the contract would answer if this were the head of any log asked for."""
    words = (size.to_bytes(32, "big"), root, (1).to_bytes(32, "big"), bytes(32))
    return lambda _request, _block: "0x" + b"".join(words).hex()


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    chain = Consortium(tmp_path)
    victim = Victim(chain)
    yield victim
    victim.owner.close()
    chain.close()


@pytest.mark.parametrize("place", range(len(SIZES)))
def test_another_members_anchor_is_not_ours(victim: Victim, place: int) -> None:
    """Our transaction is swallowed, and the receipt and proof shown are genuine: another's."""
    victim.lie(eth_sendRawTransaction=lambda _raw: "0x", **victim.instead(place))
    with pytest.raises(VerificationError, match="E-LOG-019"):
        victim.restart().step()
    assert not victim.released()
    assert victim.recovers()


def test_another_members_anchor_is_not_adopted_as_ours(victim: Victim) -> None:
    """The endpoint knows our root, claims it is anchored, and finds it in another's."""
    victim.lie(
        eth_call=claimed_head(1, victim.root()),
        eth_getLogs=lambda _request: [
            {
                "data": "0x" + (1).to_bytes(32, "big").hex() + victim.root().hex(),
                "transactionHash": victim.others[0]["transactionHash"],
            }
        ],
    )
    for _ in range(2):  # a restart does not believe it either
        with pytest.raises(VerificationError, match="E-LOG-019"):
            victim.restart().step()
    head = victim.head()
    assert head is not None
    assert head.state is HeadState.SIGNED
    assert not victim.released()
    assert victim.recovers()


def test_an_older_anchor_of_ours_is_not_the_newest(victim: Victim) -> None:
    """Replaying our own anchor does not make later records final."""
    assert victim.recovers()
    first = victim.head()
    assert first is not None
    older = "0x" + first.tx_hash.hex()
    victim.owner.append()
    victim.lie(
        eth_sendRawTransaction=lambda _raw: "0x",
        **{
            method: lambda _hash, method=method: victim.endpoint.honest(method, older)
            for method in ("eth_getTransactionReceipt", "accord_getReceiptProof")
        },
    )
    with pytest.raises(VerificationError, match="E-LOG-019"):
        victim.restart().step()
    with victim.owner.units.read() as unit:
        assert unit.heads.covering(1) is None
    assert victim.recovers()


@pytest.mark.parametrize("size", [1, 2, 1 << 63])
def test_a_claimed_head_raises_no_alarm_without_proof(victim: Victim, size: int) -> None:
    """Neither bare nor under another's genuine proof; E-LOG-012 would call the auditors."""
    event = {
        "data": "0x" + size.to_bytes(32, "big").hex() + "66" * 32,
        "transactionHash": victim.others[0]["transactionHash"],
    }
    for events in ([], [event]):
        victim.lie(eth_call=claimed_head(size, b"f" * 32), eth_getLogs=lambda _request, e=events: e)
        with pytest.raises(UnavailableError):
            victim.restart().step()
    assert victim.head() is None
    assert victim.recovers()


def test_a_proven_disagreement_still_raises_the_alarm(victim: Victim) -> None:
    """The same claim, true: our anchor key anchored a root that our log does not have."""
    victim.endpoint.honest(
        "eth_sendRawTransaction",
        "0x"
        + victim.endpoint.build_anchor(
            insecure_key(OURS), log_id=victim.log_id, size=1, root=b"f" * 32, nonce=0
        ).raw.hex(),
    )
    with pytest.raises(VerificationError, match="E-LOG-012"):
        victim.restart().step()


@pytest.mark.parametrize(
    "lies",
    [
        {"eth_getTransactionCount": lambda *_: "0xffff"},
        {"eth_sendRawTransaction": lambda _raw: "0x", "eth_call": claimed_head(0, bytes(32))},
        {"accord_getReceiptProof": lambda _hash: None},
        {"eth_getTransactionReceipt": lambda _hash: None},
    ],
)
def test_withholding_delays_and_releases_nothing(victim: Victim, lies: dict[str, Lie]) -> None:
    victim.lie(**lies)
    outbox = victim.restart()
    for _ in range(3):
        try:
            outbox.step()
        except (RefusalError, UnavailableError):
            outbox.compare_again()
    assert not victim.released()
    assert victim.recovers()
