"""Block 0 of an embedded chain, and the rules its blocks follow."""

from typing import Any, Final, cast

from eth.abc import AtomicDatabaseAPI, BlockHeaderAPI
from eth.chains.base import Chain
from eth.consensus.noproof import NoProofConsensus
from eth.db.atomic import AtomicDB
from eth.vm.forks.london import LondonVM
from eth_typing import Address

from accord.ledger.evm.contract import runtime_code
from accord.ledger.evm.genesis import (
    CONTRACT_ADDRESS,
    GenesisSpec,
    genesis_extra_data,
    genesis_storage,
    genesis_timestamp,
)

# Twice what `MAX_BLOCK_TRANSACTIONS` of the chain can use: under half of the limit the
# base fee, which starts at zero, stays zero (EIP-1559).
BLOCK_GAS_LIMIT: Final = 500_000_000
DIFFICULTY: Final = 1  # there is no mining; the field is part of a London header


class _EmbeddedVM(LondonVM):
    """London without work and without block reward."""

    consensus_class = NoProofConsensus

    @staticmethod
    def get_block_reward() -> int:
        return 0

    @classmethod
    def validate_header(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        """As in London, but several blocks may share a second.

        Instant blocks with strictly growing times would run ahead of the clock, and an
        anchor's time is evidence.
        """
        later = header.copy(timestamp=header.timestamp + 1)
        super().validate_header(later, parent_header)


def chain_class(chain_id: int) -> type[Chain]:
    """The py-evm chain with our rules; London from block 0."""
    result: type[Chain] = Chain.configure(
        __name__="EmbeddedChain", vm_configuration=((0, _EmbeddedVM),), chain_id=chain_id
    )
    return result


def create(spec: GenesisSpec, database: AtomicDatabaseAPI) -> Chain:
    """Write block 0 into an empty ``database``."""
    header: dict[str, Any] = {
        "difficulty": DIFFICULTY,
        "gas_limit": BLOCK_GAS_LIMIT,
        "timestamp": genesis_timestamp(spec),
        "extra_data": genesis_extra_data(spec),
        "base_fee_per_gas": 0,
    }
    account: dict[str, Any] = {
        "balance": 0,
        "nonce": 1,  # what a contract created by a transaction has (EIP-161)
        "code": runtime_code(),
        "storage": genesis_storage(spec),
    }
    state: dict[Address, Any] = {Address(CONTRACT_ADDRESS): account}
    return cast("Chain", chain_class(spec.chain_id).from_genesis(database, header, state))


def genesis_hash(spec: GenesisSpec) -> bytes:
    """Hash of block 0, 32 bytes, without a running ledger; for the trust file."""
    result: bytes = create(spec, AtomicDB()).get_canonical_head().hash
    return result
