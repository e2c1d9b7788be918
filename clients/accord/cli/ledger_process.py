"""The embedded ledger as a process: configuration in, JSON-RPC out."""

import os
import threading
from collections.abc import Callable

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.key_files import OWNER_ONLY_UMASK, read_key, read_public
from accord.ledger.evm.embedded.server import serve_ledger
from accord.ledger.evm.genesis import GenesisSpec
from accord.node.config import LedgerConfig, split_address


def run_ledger(
    config: LedgerConfig, stop: threading.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve until ``stop`` is set; ``ready`` is called once requests are answered.

    Raises:
        RequestError: E-CFG-006 to E-CFG-008, E-CFG-010; E-CHN as `EmbeddedChain`.
    """
    os.umask(OWNER_ONLY_UMASK)
    genesis_file = config.path(config.genesis_file)
    try:
        genesis = codec.decode(GenesisSpec, read_public(genesis_file, "genesis"))
    except RequestError as error:
        if error.code != "E-MSG-001":
            raise
        raise RequestError("E-CFG-008", file=str(genesis_file), thing="genesis") from None
    seal_key = read_key(config.path(config.seal_key_file), "seal")
    data_dir = config.path(config.data_dir)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    host, port = split_address(config.listen)
    try:
        serve_ledger(
            data_dir, host, port, seal_key, genesis, ready=lambda _port: ready(), stop=stop
        )
    except OSError as error:
        raise RequestError("E-CFG-010", address=config.listen, detail=repr(error)) from None
