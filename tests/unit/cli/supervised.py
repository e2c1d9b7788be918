"""A program with a supervisor, for tests that kill it: prints each stage it reaches."""

import sys
import threading
from pathlib import Path

from accord.cli.lab_child import Task
from accord.cli.supervise import Supervisor


def say(stage: str) -> None:
    print(stage, flush=True)  # noqa: T201 - what is tested


def main(folder: Path, *preloaded: str) -> None:
    say("begun")
    with Supervisor(preloaded) as supervisor:
        say("entered")
        supervisor.start(
            [
                Task(name, f"tests.unit.cli.tasks:{name}", folder / name, folder / "log")
                for name in ("serve", "deaf")
            ]
        )
        say("started")
        supervisor.wait_ready()
        say("ready")
        supervisor.watch(threading.Event())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
