"""Child processes that never outlive their parent.

Two ropes: the kernel kills the child when its parent dies (Linux, prctl), and the child
holds one end of a pipe whose other end only the supervisor has.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def die_with_parent(parent: int) -> None:
    """To be called first in a child of the process ``parent``.

    The terminal's Ctrl-C reaches the whole group; only the parent acts on it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ask_kernel_to_kill()
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)


def ask_kernel_to_kill() -> None:
    """Have the kernel kill this process when its parent dies; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
