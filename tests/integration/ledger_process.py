"""The embedded ledger as a process of its own: python -m tests.integration.ledger_process DIR PORT.

Prints its port once it answers.  Port 0 takes a free one.
"""

import sys
import threading
from pathlib import Path

from accord.ledger.evm.embedded.server import serve_ledger
from tests.unit.ledger.evm.evm_consortium import INSECURE_SEAL_KEY, founding


def main(data_dir: str, port: str) -> None:
    serve_ledger(
        Path(data_dir),
        "127.0.0.1",
        int(port),
        INSECURE_SEAL_KEY,
        founding(),
        ready=lambda taken: print(taken, flush=True),  # noqa: T201 - the parent reads it
        stop=threading.Event(),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
