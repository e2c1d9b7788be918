"""What every `Anchor` keeps.

Subclass and provide the fixtures ``anchor`` and ``log_id``; the chain takes a
transaction at once, and it is final then.
"""

from dataclasses import dataclass, replace

import pytest

from accord.domain.errors import AccordError
from accord.ledger.anchor import Anchor, ChainHead, PreparedAnchor, ProvenHead
from accord.ledger.heads import HeadState
from accord.ledger.outbox import Outbox
from tests.fakes.ledger import Member

ROOT, OTHER_ROOT = b"a" * 32, b"b" * 32


def shown(head: ProvenHead | None) -> tuple[bytes, int, bytes]:
    """The head that a proof shows; there must be one."""
    assert head is not None
    assert head.proof
    return head.log_id, head.size, head.root


@dataclass
class Misleading:
    """An anchor that shows one genuine proof whatever it is asked for."""

    anchor: Anchor
    decoy: ProvenHead | None

    def head(self, log_id: bytes) -> ChainHead | None:
        return self.anchor.head(log_id)

    def prepare(self, log_id: bytes, size: int, root: bytes) -> PreparedAnchor:
        return self.anchor.prepare(log_id, size, root)

    def send(self, raw_tx: bytes) -> None:
        self.anchor.send(raw_tx)

    def proof(self, tx_hash: bytes) -> ProvenHead | None:
        assert tx_hash
        return self.decoy

    def find(self, log_id: bytes, size: int) -> bytes | None:
        return self.anchor.find(log_id, size)


class AnchorSuite:
    @staticmethod
    def anchored(anchor: Anchor, log_id: bytes, size: int, root: bytes = ROOT) -> PreparedAnchor:
        prepared = anchor.prepare(log_id, size, root)
        anchor.send(prepared.raw_tx)
        return prepared

    def test_a_new_log_has_no_head(self, anchor: Anchor, log_id: bytes) -> None:
        assert anchor.head(log_id) is None
        assert anchor.find(log_id, 1) is None

    def test_preparing_sends_nothing(self, anchor: Anchor, log_id: bytes) -> None:
        prepared = anchor.prepare(log_id, 3, ROOT)
        assert len(prepared.tx_hash) == 32
        assert anchor.head(log_id) is None
        assert anchor.proof(prepared.tx_hash) is None

    def test_what_is_sent_becomes_the_head_with_proof(self, anchor: Anchor, log_id: bytes) -> None:
        prepared = self.anchored(anchor, log_id, 3)
        assert anchor.head(log_id) == ChainHead(3, ROOT)
        assert shown(anchor.proof(prepared.tx_hash)) == (log_id, 3, ROOT)
        assert anchor.find(log_id, 3) == prepared.tx_hash

    def test_sending_again_changes_nothing(self, anchor: Anchor, log_id: bytes) -> None:
        prepared = self.anchored(anchor, log_id, 3)
        proof = anchor.proof(prepared.tx_hash)
        anchor.send(prepared.raw_tx)
        assert anchor.proof(prepared.tx_hash) == proof
        self.anchored(anchor, log_id, 4, OTHER_ROOT)
        anchor.send(prepared.raw_tx)
        assert anchor.head(log_id) == ChainHead(4, OTHER_ROOT)

    def test_a_proof_shows_its_own_head_and_not_the_newest(
        self, anchor: Anchor, log_id: bytes
    ) -> None:
        older, newer = self.anchored(anchor, log_id, 3), self.anchored(anchor, log_id, 4)
        assert shown(anchor.proof(older.tx_hash)) == (log_id, 3, ROOT)
        assert shown(anchor.proof(newer.tx_hash)) == (log_id, 4, ROOT)

    def test_an_outbox_takes_no_other_anchor_for_its_own(
        self, anchor: Anchor, log_id: bytes
    ) -> None:
        owner = Member()
        identity = replace(owner.identity, log_id=log_id)
        owner.append()
        honest = Outbox(owner.units, anchor, identity)
        assert honest.step() is HeadState.FINAL
        with owner.units.read() as unit:
            first = unit.heads.latest_final()
        assert first is not None
        owner.append()
        misled = Outbox(owner.units, Misleading(anchor, anchor.proof(first.tx_hash)), identity)
        with pytest.raises(AccordError, match="E-LOG-019"):
            misled.step()
        with owner.units.read() as unit:
            assert unit.heads.latest_final() == first
        honest.compare_again()
        assert honest.step() is HeadState.FINAL
        owner.close()

    def test_older_heads_are_found(self, anchor: Anchor, log_id: bytes) -> None:
        hashes = {size: self.anchored(anchor, log_id, size).tx_hash for size in (1, 4, 5, 9)}
        assert {size: anchor.find(log_id, size) for size in hashes} == hashes
        assert anchor.find(log_id, 3) is anchor.find(log_id, 10) is None

    def test_a_head_that_does_not_grow_fails(self, anchor: Anchor, log_id: bytes) -> None:
        self.anchored(anchor, log_id, 3)
        again = self.anchored(anchor, log_id, 3, OTHER_ROOT)
        with pytest.raises(AccordError, match="E-LOG-015"):
            anchor.proof(again.tx_hash)
        assert anchor.head(log_id) == ChainHead(3, ROOT)

    def test_a_transaction_that_was_overtaken_is_refused(
        self, anchor: Anchor, log_id: bytes
    ) -> None:
        late = anchor.prepare(log_id, 3, ROOT)
        self.anchored(anchor, log_id, 4, OTHER_ROOT)
        with pytest.raises(AccordError, match="E-LOG-014"):
            anchor.send(late.raw_tx)
        assert anchor.proof(late.tx_hash) is None
