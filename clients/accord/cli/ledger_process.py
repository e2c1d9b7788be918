"""The embedded ledger as a process: configuration in, JSON-RPC out."""

import sys
import threading
from collections.abc import Callable
from typing import Final

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.key_files import read_key, read_public
from accord.ledger.evm.embedded.server import serve_ledger
from accord.ledger.evm.genesis import GenesisSpec
from accord.node.config import LedgerConfig, split_address

# py-evm raises the limit to 100000 when it is imported.  The JSON parser trusts the limit, so
# a request of nested brackets would then overflow the C stack and end the process.  Our
# contract calls no other contract: no deep recursion is needed.
RECURSION_LIMIT: Final = 2000


def run_ledger(
    config: LedgerConfig, stop: threading.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve until ``stop`` is set; ``ready`` is called once requests are answered.

    Raises:
        RequestError: E-CFG-006 to E-CFG-008, E-CFG-010; E-CHN as `EmbeddedChain`.
    """
    sys.setrecursionlimit(RECURSION_LIMIT)
    genesis_file = config.path(config.genesis_file)
    try:
        genesis = codec.decode(GenesisSpec, read_public(genesis_file, "genesis"))
    except RequestError as error:
        if error.code != "E-MSG-001":
            raise
        raise RequestError("E-CFG-008", file=str(genesis_file), thing="genesis") from None
    seal_key = read_key(config.path(config.seal_key_file), "seal")
    data_dir = config.path(config.data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    host, port = split_address(config.listen)
    try:
        serve_ledger(
            data_dir, host, port, seal_key, genesis, ready=lambda _port: ready(), stop=stop
        )
    except OSError as error:
        raise RequestError("E-CFG-010", address=config.listen, detail=repr(error)) from None
