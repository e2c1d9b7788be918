"""Ends the server of new processes together with the process that it serves.

Imported first of all in that server.  It looks whether it is still wanted only when all
its modules are imported, so without this it would outlive an early Ctrl-C by seconds.
"""

import os
from typing import Final

from accord.cli.children import ask_kernel_to_kill

VARIABLE: Final = "ACCORD_SUPERVISOR"  # process id of whom the server serves


def _hold() -> None:
    supervisor = os.environ.pop(VARIABLE, "")
    if not supervisor:
        return  # imported by somebody else
    ask_kernel_to_kill()
    if supervisor != str(os.getppid()):
        os._exit(1)  # it ended before the kernel was asked


_hold()
