"""Structured logs: one JSON line per event on stderr, with listed fields only.

Logs are read by operators, who may see no data.  A field that is not listed is dropped,
so that a new log call cannot leak a value by accident; `FIELDS` is the whole list.
"""

import logging
import sys
from collections.abc import MutableMapping
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
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    logging.getLogger("accord").addFilter(lambda record: record.exc_info is None)


def keep_listed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not in `FIELDS`."""
    return {name: value for name, value in event.items() if name in FIELDS}
