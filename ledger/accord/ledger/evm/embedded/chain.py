"""An Ethereum chain inside one process: one sealer, instant and durable blocks.

Whoever submits a transaction waits until its block is on disk.  Transactions that arrive
while a block is being made go into the next one together: the first to get the lock makes
the block for all that wait (group commit).

Honest limits: one operator orders everything.  Evidence against that operator comes from
its seals and from what members keep, not from this chain alone.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import rlp
from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI, StateAPI
from eth.chains.base import Chain
from eth.db.atomic import AtomicDB
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber

from accord.domain.errors import FaultError, RefusalError, RequestError
from accord.ledger.evm.embedded import genesis
from accord.ledger.evm.embedded.store import Store
from accord.ledger.evm.genesis import CONTRACT_ADDRESS, GenesisSpec, active_slot
from accord.ledger.evm.seal import check_seal, public_seal_key, sign_header

MAX_BLOCK_TRANSACTIONS: Final = 200
MAX_TRANSACTION_GAS: Final = 1_000_000  # the dearest call uses a fifth of it


@dataclass(frozen=True, slots=True)
class Place:
    """Where a transaction stands: block number and index in it."""

    block: BlockNumber
    index: int


@dataclass(slots=True)
class _Ticket:
    """A transaction that waits for its block, and how that ended."""

    transaction: SignedTransactionAPI
    done: bool = False
    error: Exception | None = None

    def close(self, error: Exception | None = None) -> None:
        if not self.done:
            self.done, self.error = True, error


class EmbeddedChain:
    """The chain in ``data_dir``; safe for threads.

    Attributes:
        lock: Held while the chain changes; readers of several values take it too.
        chain_id: EIP-155 chain id.
        genesis_hash: Hash of block 0.

    Raises:
        RequestError: E-CHN-004 in use; E-CHN-005 another genesis; E-CHN-007 another seal
            key; E-CHN-011 another version.
    """

    def __init__(
        self, data_dir: Path, spec: GenesisSpec, seal_key: bytes, clock: Callable[[], datetime]
    ) -> None:
        self.lock = threading.RLock()
        self.chain_id, self.genesis_hash = spec.chain_id, genesis.genesis_hash(spec)
        self._seal_key, self._clock = seal_key, clock
        self._waiting: deque[_Ticket] = deque()
        self.store = Store(data_dir)
        try:
            self.chain = self._open(spec, data_dir)
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """Finish the block in the making, if any, and give the file back."""
        with self.lock:
            self.store.close()

    def submit(self, raw: bytes) -> bytes:
        """Put a signed transaction into a block; return its hash once that is durable.

        Raises:
            RefusalError: E-CHN-006; ``reason`` says why this chain never takes it.
        """
        ticket = _Ticket(self._decode(raw))
        self._waiting.append(ticket)
        while not ticket.done:
            with self.lock:
                if not ticket.done:
                    self._seal_waiting()
        if ticket.error is not None:
            raise ticket.error
        result: bytes = ticket.transaction.hash
        return result

    def head(self) -> BlockHeaderAPI:
        """The newest header."""
        return self.chain.get_canonical_head()

    def header(self, number: int) -> BlockHeaderAPI | None:
        """The header at a height; None above the head."""
        if not 0 <= number <= self.head().block_number:
            return None
        return self.chain.get_canonical_block_header_by_number(BlockNumber(number))

    def state(self, header: BlockHeaderAPI) -> StateAPI:
        """Accounts and storage after the block of ``header``."""
        return self.chain.get_vm(header).state

    def place(self, transaction_hash: bytes) -> Place | None:
        """Where a transaction stands; None if in no block."""
        query = "select block, place from tx where hash = ?"
        row = self.store.connection.execute(query, (transaction_hash,)).fetchone()
        return None if row is None else Place(BlockNumber(row[0]), row[1])

    def sealed_header(self, number: int) -> tuple[bytes, bytes] | None:
        """RLP and seal of the header at a height; None above the head."""
        query = "select header, seal from block where number = ?"
        row: tuple[bytes, bytes] | None = self.store.connection.execute(query, (number,)).fetchone()
        return row

    def receipts(self, header: BlockHeaderAPI) -> tuple[ReceiptAPI, ...]:
        """All receipts of a block, in order."""
        builder = self.chain.get_vm(header).get_receipt_builder()
        result: tuple[ReceiptAPI, ...] = self.chain.chaindb.get_receipts(header, builder)
        return result

    def call(self, header: BlockHeaderAPI, sender: Address, to: Address, data: bytes) -> bytes:
        """Run a call on the state after ``header`` and forget its effects.

        Raises:
            eth.exceptions.VMError: it failed; for a revert the first argument is its data.
        """
        result: bytes = self.chain.get_transaction_result(
            self._call(header, sender, to, data), header
        )
        return result

    def estimate_gas(self, sender: Address, to: Address, data: bytes) -> int:
        """Gas that a transaction needs now; errors as in `call`."""
        head = self.head()
        result: int = self.chain.estimate_gas(self._call(head, sender, to, data), head)
        return result

    def _call(self, header: BlockHeaderAPI, sender: Address, to: Address, data: bytes) -> Any:
        vm = self.chain.get_vm(header)
        transaction = vm.create_unsigned_transaction(
            nonce=vm.state.get_nonce(sender),
            gas_price=0,
            gas=MAX_TRANSACTION_GAS,
            to=to,
            value=0,
            data=data,
        )
        return SpoofTransaction(transaction, from_=sender)

    def _open(self, spec: GenesisSpec, data_dir: Path) -> Chain:
        database = AtomicDB(self.store)
        if self.sealed_header(0) is None:
            with self.store.transaction():
                chain = genesis.create(spec, database)
                self._index(chain.get_block_by_header(chain.get_canonical_head()), ())
            return chain
        chain = genesis.chain_class(spec.chain_id)(database)
        if chain.get_canonical_block_hash(BlockNumber(0)) != self.genesis_hash:
            raise RequestError("E-CHN-005", path=str(data_dir))
        self._check_seal(chain.get_canonical_head())
        return chain

    def _check_seal(self, head: BlockHeaderAPI) -> None:
        row = self.sealed_header(head.block_number)
        if row is None:
            raise FaultError("E-CHN-012", detail="the head has no seal")
        try:
            check_seal(
                public_seal_key(self._seal_key),
                row[1],
                chain_id=self.chain_id,
                genesis_hash=self.genesis_hash,
                header_hash=head.hash,
            )
        except ValueError:
            raise RequestError("E-CHN-007") from None

    def _decode(self, raw: bytes) -> SignedTransactionAPI:
        builder = self.chain.get_vm_class_for_block_number(BlockNumber(0)).get_transaction_builder()
        try:
            transaction = builder.decode(raw)
            transaction.validate()
            sender = transaction.sender
        except Exception as error:  # noqa: BLE001 - whatever the decoder dislikes
            raise _refuse("malformed transaction", repr(error)) from None
        if transaction.chain_id != self.chain_id:
            raise _refuse("another chain id")
        if transaction.to != CONTRACT_ADDRESS or transaction.value != 0:
            raise _refuse("only calls of the contract are accepted")
        if transaction.gas > MAX_TRANSACTION_GAS:
            raise _refuse("gas limit too high")
        if transaction.max_fee_per_gas != 0:
            raise _refuse("the gas price is zero here", sender.hex())
        return transaction

    def _seal_waiting(self) -> None:
        count = min(len(self._waiting), MAX_BLOCK_TRANSACTIONS)
        tickets = [self._waiting.popleft() for _ in range(count)]
        try:
            with self.store.transaction():
                included = self._make_block(tickets)
        except Exception as error:  # noqa: BLE001 - every waiting thread must hear of it
            fault = FaultError("E-CHN-012", detail=repr(error))
            # Caches of the abandoned block must not outlive it.
            self.chain = genesis.chain_class(self.chain_id)(AtomicDB(self.store))
            for ticket in tickets:
                ticket.close(fault)
        else:
            for ticket in included:
                ticket.close()

    def _make_block(self, tickets: list[_Ticket]) -> list[_Ticket]:
        parent = self.head()
        header = self.chain.create_header_from_parent(
            parent,
            timestamp=max(int(self._clock().timestamp()), parent.timestamp),
            gas_limit=parent.gas_limit,
            difficulty=genesis.DIFFICULTY,
        )
        vm = self.chain.get_vm(header)
        included: list[_Ticket] = []
        receipts: list[ReceiptAPI] = []
        for ticket in tickets:
            try:
                self._check(vm.state, ticket.transaction)
            except RefusalError as error:
                ticket.close(error)
                continue
            receipt, _ = vm.apply_transaction(header, ticket.transaction)
            header = vm.add_receipt_to_header(header, receipt)
            included.append(ticket)
            receipts.append(receipt)
        if included:
            transactions = [ticket.transaction for ticket in included]
            filled = vm.set_block_transactions_and_withdrawals(
                vm.get_block(), header, transactions, receipts
            )
            self._persist(vm.mine_block(filled).block, tuple(receipts))
        return included

    def _check(self, state: StateAPI, transaction: SignedTransactionAPI) -> None:
        if self.place(transaction.hash) is not None:
            raise _refuse("already known")
        sender = transaction.sender
        if state.get_storage(Address(CONTRACT_ADDRESS), active_slot(sender)) != 1:
            raise _refuse("the sender is not a member", sender.hex())
        expected = state.get_nonce(sender)
        if transaction.nonce != expected:
            raise _refuse(f"nonce too {'low' if transaction.nonce < expected else 'high'}")

    def _persist(self, block: BlockAPI, receipts: tuple[ReceiptAPI, ...]) -> None:
        self.chain.chaindb.persist_block(block)
        self._index(block, receipts)

    def _index(self, block: BlockAPI, receipts: tuple[ReceiptAPI, ...]) -> None:
        header, insert = block.header, self.store.connection.executemany
        seal = sign_header(self._seal_key, self.chain_id, self.genesis_hash, header.hash)
        row = (header.block_number, header.hash, rlp.encode(header), seal)
        insert("insert into block values (?, ?, ?, ?)", [row])
        hashes = [transaction.hash for transaction in block.transactions]
        placed = [(each, header.block_number, index) for index, each in enumerate(hashes)]
        insert("insert into tx values (?, ?, ?)", placed)
        events: list[tuple[object, ...]] = []
        for index, receipt in enumerate(receipts):
            for log in receipt.logs:
                topics = [topic.to_bytes(32, "big") for topic in log.topics]
                padded = [*topics, *[None] * (4 - len(topics))]
                place = (header.block_number, index, len(events), hashes[index])
                events.append((*place, log.address, *padded, log.data))
        insert("insert into event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", events)


def _refuse(reason: str, detail: str = "") -> RefusalError:
    return RefusalError("E-CHN-006", reason=reason, detail=detail)
