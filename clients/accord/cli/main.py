"""Entry point of ``accord``.

Imports nothing itself, so that Ctrl-C while the rest is being imported still ends quietly.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command line, by default the process's, and exit."""
    try:
        from accord.cli.program import start  # noqa: PLC0415 - see above

        sys.exit(start(sys.argv[1:] if arguments is None else list(arguments)))
    except KeyboardInterrupt:
        sys.exit(130)  # 128 + SIGINT, as shells report it
