"""Watch processes of other sessions end, by events of the kernel."""

import os
import select
from pathlib import Path

_SESSION = 6 - 3  # proc(5): field 6, counted from the state


def of_session(session: int) -> set[int]:
    """Living processes of a session."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[_SESSION]) == session and fields[0] != "Z":
                found.add(int(entry.name))
    return found


def wait_gone(pids: set[int], seconds: float) -> set[int]:
    """Those of ``pids`` that live longer than ``seconds``."""
    late = set()
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        with os.fdopen(descriptor) as handle:
            if not select.select([handle], [], [], seconds)[0]:
                late.add(pid)
    return late
