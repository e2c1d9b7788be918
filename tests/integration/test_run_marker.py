"""A value and a key planted in the data turn up in no log, no error, no message, no bundle."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from accord.domain.errors import AccordError
from accord.node import server
from accord.node.logs import FIELDS
from accord.node.sources.duckdb import DuckDBSource
from tests.consortium.lab import OWNERS, Lab, copy_lab
from tests.consortium.tables import TestTable, people
from tests.consortium.world import Consortium, events

VALUE, KEY, AGE = "424.42", "marker-person-47110815", 119
TRACES = [b"424.42", b"42442", b"marker", b"47110815"]  # long: ciphertexts hold every short one


class Recorder(grpc.ServerInterceptor):
    """Outermost on every node: keeps all that comes in and goes out, errors too."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        handler = continuation(details)
        if handler is None or handler.request_deserializer is not None:
            return handler  # the health service
        keep, encode = self.seen.append, handler.response_serializer

        def unary(request: bytes, context: Any) -> Any:
            keep(request)
            answer = handler.unary_unary(request, Watched(context, keep))
            keep(encode(answer))
            return answer

        def stream(request: bytes, context: Any) -> Iterator[Any]:
            keep(request)
            for answer in handler.unary_stream(request, Watched(context, keep)):
                keep(encode(answer))
                yield answer

        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(stream, None, encode)
        return grpc.unary_unary_rpc_method_handler(unary, None, encode)


class Watched:
    """A call's context whose errors are kept."""

    def __init__(self, context: Any, keep: Any) -> None:
        self._context, self._keep = context, keep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def abort(self, code: Any, details: str) -> None:
        self._keep(details.encode())
        self._context.abort(code, details)

    def set_trailing_metadata(self, pairs: Any) -> None:
        self._keep(repr(pairs).encode())
        self._context.set_trailing_metadata(pairs)


@pytest.fixture
def watched(lab_template: Lab, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    recorder, inner = Recorder(), server._interceptors
    monkeypatch.setattr(server, "_interceptors", lambda *args: [recorder, *inner(*args)])
    with Consortium(copy_lab(lab_template, tmp_path / "lab")) as running:
        yield running, recorder


def marked(name: str) -> TestTable:
    rows = {part: people(name, part, 40) for part in OWNERS}
    for part in OWNERS:
        rows[part] += [(KEY, "north", AGE, VALUE)]
    return TestTable(name, rows)


def test_a_planted_value_is_nowhere_to_be_found(
    watched: tuple[Consortium, Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions that are answered, refused, drifted, and that crash with the value in hand."""
    running, recorder = watched
    errors: list[AccordError] = []
    running.add(marked("ok"))
    done = running.ask("SELECT region, COUNT(*), AVG(age), SUM(age) FROM ok GROUP BY region")
    assert done.outcome

    def fails(sql: str, purpose: str = "pension study 2026") -> str:
        with pytest.raises(AccordError) as caught:
            running.ask(sql, purpose)
        errors.append(caught.value)
        return caught.value.code

    assert fails("SELECT COUNT(*) FROM ok", "another purpose") == "E-GRT-001"
    running.add(TestTable("tiny", {part: [(KEY, "north", AGE, VALUE)] for part in OWNERS}))
    assert fails("SELECT SUM(profit) FROM tiny") == "E-RUN-014"
    drifted = running.add(marked("drifted"))
    path = running.lab.folder / "data/alpha/drifted.csv"
    path.write_text(path.read_text() + f"{KEY}2,north,{AGE},{VALUE}\n")
    assert fails(f"SELECT SUM(profit) FROM {drifted.name}") == "E-SRC-040"

    def crash(*_: object, **__: object) -> None:
        raise ValueError(f"cannot convert {VALUE} of {KEY}")

    with monkeypatch.context() as patch:
        patch.setattr(DuckDBSource, "measure", crash)
        assert fails("SELECT SUM(profit) FROM ok") == "E-INT-001"

    log = running.log_text()
    shown = "".join(f"{error} {error.facts} {error.record}" for error in errors)
    places = {
        "log": log.encode(),
        "errors": shown.encode(),
        "bundle": done.outcome.bundle,
        **{f"message {number}": message for number, message in enumerate(recorder.seen)},
    }
    found = [(place, trace) for place, data in places.items() for trace in TRACES if trace in data]
    assert found == []
    assert len(recorder.seen) > 100
    assert any(b"E-SRC-040" in message for message in recorder.seen)
    codes = {event.get("code") for event in events(log)}
    assert {"E-GRT-001", "E-RUN-014", "E-SRC-040", "E-INT-001"} <= codes
    assert all(set(json.loads(line)) <= FIELDS for line in log.splitlines())
