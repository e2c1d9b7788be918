"""``make bench``: every figure, a table, and `build/bench.json`.

A figure out of reach is shown, not an error: how fast a machine is decides about it, too.
What computes wrongly is one.
"""

import sys
import time

from benchmarks import commands, encryption, measuring, network, records, tally
from benchmarks.report import Row, machine, say, show, write

PARTS = {
    "encryption": encryption,
    "commands": commands,
    "records": records,
    "tally": tally,
    "network": network,
    "measuring": measuring,
}


def main(wanted: list[str]) -> int:
    """Measure the parts named on the command line, or all of them."""
    say(machine())
    rows: list[Row] = []
    for name, part in PARTS.items():
        if wanted and name not in wanted:
            continue
        start = time.perf_counter()
        for row in part.rows():
            show(row)
            rows.append(row)
        say(f"  ({name}: {time.perf_counter() - start:.0f} s)")
    write(rows)
    missed = [row.name for row in rows if row.ok is False]
    say(f"{machine()}; {len(missed)} missed" + "".join(f"\n  {name}" for name in missed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
