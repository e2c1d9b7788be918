"""``python -m accord.cli.lab_detached DIR FD``: the supervisor of a lab in the background."""

import sys
from pathlib import Path

from accord.cli.lab_run import report_from_background

if __name__ == "__main__":
    report_from_background(Path(sys.argv[1]), int(sys.argv[2]))
