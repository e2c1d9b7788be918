"""Structured logs: one JSON line per event on stderr, with listed fields only.

Logs are read by operators, who may see no data.  A field that is not listed is dropped,
so that a new log call cannot leak a value by accident; `FIELDS` is the whole list.
"""

import json
import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from structlog.typing import Processor  # noqa: TC002 - annotates a local, read at run time by nobody

FIELDS: Final = frozenset(
    {
        "event", "level", "timestamp", "logger", "member", "address", "method", "code",
        "record", "run", "stage", "error", "attempt", "wait_s", "rule",
    }
)  # fmt: skip


def configure_logs(level: str) -> None:
    """Send this process's events to stderr from ``level`` up."""
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_listed,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def keep_listed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not in `FIELDS`."""
    return {name: value for name, value in event.items() if name in FIELDS}


class _OneLine(logging.Formatter):
    """Events of packages that know no structlog, ours and others', in the same form.

    Of an exception only the type is kept: its text and its traceback may quote data.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat()
        event = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": moment.replace("+00:00", "Z"),
        }
        if record.exc_info and record.exc_info[0]:
            event["error"] = record.exc_info[0].__name__
        return json.dumps(event)
