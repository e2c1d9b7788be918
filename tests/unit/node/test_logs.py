"""Operators read the logs and may see no data: what is not listed does not get there."""

import json
import logging
import subprocess
import sys
from typing import Any

from accord.node.logs import FIELDS, keep_listed

PROGRAM = """
import logging, structlog
from accord.node.logs import configure_logs

configure_logs("info")
log = structlog.get_logger("accord.node.test")
log.info("call_failed", method="Ask", code="E-RUN-001", value="424242.42", detail="424242.42")
log.debug("quiet", code="E-RUN-002")
try:
    raise ValueError("cannot convert 424242.42")
except ValueError:
    log.exception("crashed")
    logging.getLogger("accord.ledger.publisher").exception("the outbox could not go on")
    logging.getLogger("somebody.else").error("failed", exc_info=True, stack_info=True)
logging.getLogger("somebody.else").info("too quiet")
"""


def logged() -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert "424242" not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_json_with_listed_fields_and_without_the_text_of_an_exception() -> None:
    events = logged()
    assert all(set(event) <= FIELDS for event in events)
    assert [event["event"] for event in events] == [
        "call_failed",
        "crashed",
        "the outbox could not go on",
        "failed",
    ]
    assert events[0]["code"] == "E-RUN-001"
    assert {event.get("error") for event in events[2:]} == {"ValueError"}
    assert all(event["timestamp"] and event["level"] for event in events)


def test_only_listed_fields_are_kept() -> None:
    kept = keep_listed(logging, "info", {"event": "x", "rows": 17, "value": "1", "code": "E"})
    assert kept == {"event": "x", "code": "E"}


def test_no_field_is_listed_that_could_hold_data() -> None:
    """Adding one is a decision: this list is to be changed with it."""
    assert {
        "event", "level", "timestamp", "logger", "member", "address", "method", "code",
        "record", "run", "stage", "error", "attempt", "wait_s", "rule",
    } == FIELDS  # fmt: skip
