"""Accord from Python; the quickstart stands in the README, the whole of it in `connection`.

    from accord.client import connect

Nothing is imported before it is used: the command line and the stand-alone verifier pass
through here, and neither may wait for gRPC or need it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from accord.client.connection import Connection, connect
    from accord.client.progress import Stage, Step
    from accord.client.quantiles import QuantileResult
    from accord.client.result import DryRun, Result

__all__ = ["Connection", "DryRun", "QuantileResult", "Result", "Stage", "Step", "connect"]

_HOMES: Final = {
    "Connection": "accord.client.connection",
    "DryRun": "accord.client.result",
    "QuantileResult": "accord.client.quantiles",
    "Result": "accord.client.result",
    "Stage": "accord.client.progress",
    "Step": "accord.client.progress",
    "connect": "accord.client.connection",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
