"""The way of a log's heads to the chain.

`Outbox.step` does the next thing that can be done and stores it before it counts: root
and signatures, then the signed transaction, then the proof.  Nothing is ever sent that
is not stored, so a killed process resends the same bytes, which the chain takes once.
At most one head is under way; what is appended meanwhile goes into the next one.

That the chain is away is a normal state: the step raises `UnavailableError`, and the same
step is tried again.  That the chain holds another head than our log has is not: the
outbox stops for good and says so, and no head is ever overwritten.

The endpoint that we ask is not trusted, nor is whoever sits between: only the seal and
the receipt below it are.  By answering what it likes, an endpoint

* can withhold: drop what we send, call final heads unknown, name wrong nonces, claim that
  our transaction failed.  We then wait, sign the same head again, or stop until a restart.
  After that, one honest endpoint is enough to go on from what is stored;
* can have a head noted under a transaction that is not its own.  It stays SIGNED, which
  counts for nothing, and the next comparison with an honest endpoint mends it;
* cannot make a head final: the proof must show our log, this size and this root;
* cannot raise the alarm that log and chain disagree: the other head must be proven, too;
* cannot have anything signed but heads of this log for the trusted contract and chain.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from accord.domain.errors import RequestError, UnavailableError, VerificationError
from accord.ledger.anchor import Anchor, ChainHead, ProvenHead
from accord.ledger.checkpoint import Checkpoint, make_checkpoint
from accord.ledger.heads import Head, HeadState, LedgerUnit, LedgerUnits
from accord.ledger.reading import root_at
from accord.ledger.signatures import Ed25519Key

STALE_TRANSACTION = "E-LOG-014"
FAILED_TRANSACTION = "E-LOG-015"


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Under which names and keys a log's heads are made.

    Attributes:
        origin: See `accord.ledger.checkpoint.origin_of`.
        log_id: 32 bytes, the log's name on the chain.
        key: The log key.
        sign_head: ``sign_head(log_id, size, root)`` makes the anchor key's EIP-712
            signature, 65 bytes.
    """

    origin: str
    log_id: bytes
    key: Ed25519Key
    sign_head: Callable[[bytes, int, bytes], bytes]


class Outbox:
    """Anchors one log; used by one thread of one process at a time."""

    def __init__(self, units: LedgerUnits, anchor: Anchor, identity: LogIdentity) -> None:
        self._units = units
        self._anchor = anchor
        self._identity = identity
        self._compared = False
        self._sent = b""  # hash of the transaction handed over since the last comparison
        self._fresh = b""  # hash of the one this process signed itself: nobody has it yet

    def step(self) -> HeadState | None:
        """Do the next thing; return the state it left the head in, None if all is final.

        A head that stays SIGNED waits for the chain.

        Raises:
            UnavailableError: the chain is away; nothing is lost, step again later.
            RefusalError: the chain takes no transaction from us now; step again later.
            VerificationError: E-LOG-012, chain and log disagree; E-LOG-015, the contract
                rejects the head; E-LOG-019, the endpoint shows another head's anchor as
                ours.  Nobody may go on.
        """
        if not self._compared:
            self._compare()
            self._compared = True
        head = self._open_head()
        if head is None:
            return None
        if head.state is HeadState.INTEGRATED:
            head = self._sign(head)
        return self._deliver(head)

    def compare_again(self) -> None:
        """Have the next step compare log and chain first, as after a restart."""
        self._compared = False
        self._sent = b""

    def _open_head(self) -> Head | None:
        """The head under way; a new one if the log grew beyond the last."""
        with self._units.read() as unit:
            latest, size = unit.heads.latest(), unit.log.size()
            if latest is not None and latest.state is not HeadState.FINAL:
                return latest
            if size <= (latest.size if latest else 0):
                return None
            head = self._make_head(unit, size)
        return self._store(head)

    def _make_head(self, unit: LedgerUnit, size: int) -> Head:
        who, root = self._identity, root_at(unit.log, size)
        note = make_checkpoint(Checkpoint(who.origin, size, root), who.key)
        return Head(size, root, note, who.sign_head(who.log_id, size, root))

    def _sign(self, head: Head) -> Head:
        prepared = self._anchor.prepare(self._identity.log_id, head.size, head.root)
        signed = replace(head, state=HeadState.SIGNED)
        head = replace(signed, raw_tx=prepared.raw_tx, tx_hash=prepared.tx_hash)
        self._fresh = head.tx_hash
        return self._store(head)

    def _deliver(self, head: Head) -> HeadState:
        try:
            proof = self._ask(head)
        except (RequestError, VerificationError) as error:
            return self._recover(head, error)
        except UnavailableError:
            self._sent = b""  # the chain may come back without our transaction
            raise
        if proof is None:
            return HeadState.SIGNED
        return self._store(replace(head, state=HeadState.FINAL, proof=proof)).state

    def _ask(self, head: Head) -> bytes | None:
        """The proof, if there is one; before that, make sure that the chain has the bytes."""
        if head.raw_tx and self._sent != head.tx_hash:
            proof = self._proof(head) if head.tx_hash != self._fresh else None
            if proof is not None:
                return proof
            self._sent, self._fresh = head.tx_hash, b""
            self._anchor.send(head.raw_tx)
        return self._proof(head)

    def _proof(self, head: Head) -> bytes | None:
        """The proof of just this head.  The endpoint may have answered with any other anchor."""
        shown = self._anchor.proof(head.tx_hash)
        if shown is None:
            return None
        if not self._is_ours(shown, ChainHead(head.size, head.root)):
            raise VerificationError("E-LOG-019", member=self._identity.origin, size=head.size)
        return shown.proof

    def _is_ours(self, shown: ProvenHead, head: ChainHead) -> bool:
        expected = (self._identity.log_id, head.size, head.root)
        return (shown.log_id, shown.size, shown.root) == expected

    def _recover(self, head: Head, error: RequestError | VerificationError) -> HeadState:
        """Our transaction will not anchor the head: it is there already, or sign anew.

        Signing anew can double nothing, since the contract takes no size twice.
        """
        if error.code not in {STALE_TRANSACTION, FAILED_TRANSACTION}:
            raise error
        chain = self._compare()
        if chain is not None and chain.size >= head.size:
            return HeadState.SIGNED
        unsigned = self._store(_unsigned(head))
        if error.code == FAILED_TRANSACTION:
            raise error  # people must look; after a restart it is signed anew
        return unsigned.state

    def _compare(self) -> ChainHead | None:
        """Hold our log against the chain's word on it, and adopt what is there already."""
        chain = self._anchor.head(self._identity.log_id)
        anchored = chain.size if chain else 0
        with self._units.read() as unit:
            latest, size = unit.heads.latest(), unit.log.size()
            found = self._make_head(unit, anchored) if 0 < anchored <= size else None
        if chain is not None and (found is None or found.root != chain.root):
            self._raise_disagreement(chain, size)
        if latest is not None and latest.size > anchored:
            self._check_not_lost(latest)
        elif found is not None and (latest is None or latest.state is not HeadState.FINAL):
            self._adopt(found, latest)
        elif found is not None and latest is not None and latest.size < anchored:
            self._adopt(found, None)
        return chain

    def _raise_disagreement(self, chain: ChainHead, size: int) -> NoReturn:
        """The endpoint names a head that is not our log's: believe it once it is proven."""
        who = self._identity
        tx_hash = self._anchor.find(who.log_id, chain.size)
        shown = None if tx_hash is None else self._anchor.proof(tx_hash)
        if shown is None or not self._is_ours(shown, chain):
            raise UnavailableError("E-LOG-013", origin=who.origin)
        raise VerificationError("E-LOG-012", origin=who.origin, size=size, anchored=chain.size)

    def _check_not_lost(self, latest: Head) -> None:
        """Our newest head is not on the chain; that is right unless it was already."""
        if latest.state is HeadState.FINAL:  # asked a server that lags behind the chain
            raise UnavailableError("E-LOG-013", origin=self._identity.origin)
        if latest.state is HeadState.SIGNED and not latest.raw_tx:
            self._store(_unsigned(latest))  # adopted, and then undone by the chain

    def _adopt(self, found: Head, latest: Head | None) -> None:
        """The chain holds this head, whichever transaction brought it there."""
        tx_hash = self._anchor.find(self._identity.log_id, found.size)
        if tx_hash is None:
            raise UnavailableError("E-LOG-013", origin=self._identity.origin)
        if latest is not None and latest.tx_hash == tx_hash:
            return  # ours; its bytes stay at hand in case the chain undoes it
        with self._units.write() as unit:
            if latest is not None and latest.size < found.size:
                unit.heads.put(replace(latest, state=HeadState.SUPERSEDED))
            unit.heads.put(replace(found, state=HeadState.SIGNED, tx_hash=tx_hash))

    def _store(self, head: Head) -> Head:
        with self._units.write() as unit:
            unit.heads.put(head)
        return head


def _unsigned(head: Head) -> Head:
    return replace(head, state=HeadState.INTEGRATED, raw_tx=b"", tx_hash=b"")
