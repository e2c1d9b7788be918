"""A consortium on an embedded chain in this process, for tests of the contract."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accord.ledger.evm.accounts import anchor_address
from accord.ledger.evm.anchor_proof import ChainTrust
from accord.ledger.evm.contract import anchor_call, code_hash, vote_member_call
from accord.ledger.evm.embedded.chain import EmbeddedChain
from accord.ledger.evm.embedded.genesis import genesis_hash
from accord.ledger.evm.embedded.rpc import Methods
from accord.ledger.evm.genesis import CONTRACT_ADDRESS, GenesisMember, GenesisSpec
from accord.ledger.evm.heads import HeadDomain
from accord.ledger.evm.seal import public_seal_key
from accord.ledger.evm.transactions import VOTE_GAS, sign_call

FOUNDED = datetime(2026, 1, 31, 8, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)
INSECURE_SEAL_KEY = b"s" * 32
CHAIN_ID = 20261


def insecure_key(number: int) -> bytes:
    return (number + 1).to_bytes(32, "big")


def member(number: int) -> GenesisMember:
    return GenesisMember(
        anchor_address(insecure_key(number)), bytes([100 + number]) * 32, bytes([number + 1]) * 32
    )


def founding(members: int = 3, votes_needed: int = 2, name: str = "testland") -> GenesisSpec:
    everyone = tuple(member(number) for number in range(members))
    return GenesisSpec(name, CHAIN_ID, votes_needed, everyone, FOUNDED)


def trust_in(spec: GenesisSpec) -> ChainTrust:
    return ChainTrust(
        spec.chain_id,
        genesis_hash(spec),
        CONTRACT_ADDRESS,
        code_hash(),
        public_seal_key(INSECURE_SEAL_KEY),
    )


class Consortium:
    def __init__(self, data_dir: Path, members: int = 3, votes_needed: int = 2) -> None:
        self.spec = founding(members, votes_needed)
        self.trust = trust_in(self.spec)
        self.domain = HeadDomain(CHAIN_ID, CONTRACT_ADDRESS)
        self.chain = EmbeddedChain(data_dir, self.spec, INSECURE_SEAL_KEY, lambda: NOW)
        self.methods = Methods(self.chain)

    def ask(self, method: str, *params: object) -> Any:
        return self.methods.answer(method, list(params))

    def transact(self, number: int, data: bytes, gas: int = VOTE_GAS) -> dict[str, Any]:
        """Send a call by member ``number``; return its receipt."""
        address = "0x" + anchor_address(insecure_key(number)).hex()
        nonce = int(self.ask("eth_getTransactionCount", address, "latest"), 16)
        signed = sign_call(insecure_key(number), self.trust, data, nonce=nonce, gas=gas)
        receipt: dict[str, Any] = self.ask(
            "eth_getTransactionReceipt", self.ask("eth_sendRawTransaction", "0x" + signed.raw.hex())
        )
        return receipt

    def succeeds(self, number: int, data: bytes) -> bool:
        return self.transact(number, data)["status"] == "0x1"

    def anchors(
        self, number: int, size: int, root: bytes = b"r" * 32, log_id: bytes | None = None
    ) -> bool:
        return self.succeeds(number, anchor_call(log_id or member(number).log_id, size, root))

    def votes(self, number: int, subject: GenesisMember, *, active: bool = True) -> bool:
        call = vote_member_call(subject.address, subject.card_hash, subject.log_id, active=active)
        return self.succeeds(number, call)

    def view(self, data: bytes, words: int) -> tuple[int, ...]:
        request = {"to": "0x" + CONTRACT_ADDRESS.hex(), "data": "0x" + data.hex()}
        result = bytes.fromhex(self.ask("eth_call", request, "latest")[2:])
        assert len(result) == 32 * words
        return tuple(int.from_bytes(result[i : i + 32], "big") for i in range(0, 32 * words, 32))

    def close(self) -> None:
        self.chain.close()
