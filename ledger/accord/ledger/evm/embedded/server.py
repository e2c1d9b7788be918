"""The embedded ledger as a process: JSON-RPC over HTTP on the loopback interface.

Only what a member's node needs: POST, one request a body, bounded sizes and connections.
A web page cannot reach it: it must send ``application/json``, which browsers allow across
origins only after a preflight that is never answered, and a foreign Host is refused.
"""

import json
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from accord.ledger.evm.embedded.chain import EmbeddedChain
from accord.ledger.evm.embedded.encoding import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    RpcError,
)
from accord.ledger.evm.embedded.rpc import Methods
from accord.ledger.evm.genesis import GenesisSpec

MAX_BODY_BYTES: Final = 256 * 1024
MAX_CONNECTIONS: Final = 128
# py-evm raises the limit to 100000 when it is imported.  The JSON parser trusts the limit, so
# a request of nested brackets would then overflow the C stack and end the process.  Our
# contract calls no other contract: no deep recursion is needed.
RECURSION_LIMIT: Final = 2000
IDLE_S: Final = 120  # a client keeps its connection that long between two requests

_log = logging.getLogger(__name__)


def serve_ledger(  # noqa: PLR0913 - the process's whole configuration
    data_dir: Path,
    host: str,
    port: int,
    seal_key: bytes,
    genesis: GenesisSpec,
    *,
    ready: Callable[[int], None] | None = None,
    stop: threading.Event,
    hosts: Collection[str] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Serve until ``stop`` is set or, in the main thread, SIGTERM or SIGINT arrives.

    ``seal_key`` is an Ed25519 seed of 32 bytes; ``ready`` hears the port once requests
    are answered (``port`` 0 takes a free one).  ``hosts`` are further names that clients
    may call this machine by.  A block in the making is finished before the end.
    The recursion limit of the process is lowered to `RECURSION_LIMIT` for good.

    Raises:
        RequestError: see `EmbeddedChain`.
    """
    chain = EmbeddedChain(data_dir, genesis, seal_key, clock)
    sys.setrecursionlimit(min(sys.getrecursionlimit(), RECURSION_LIMIT))
    try:
        with _Server((host, port), chain, hosts) as server, _signals_set(stop):
            serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            serving.start()
            if ready is not None:
                ready(server.server_address[1])
            stop.wait()
            server.shutdown()
            serving.join()
    finally:
        chain.close()


@contextmanager
def _signals_set(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set ``stop``; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = (signal.SIGTERM, signal.SIGINT)
    former = [signal.signal(name, lambda *_: stop.set()) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, former, strict=True):
            signal.signal(name, handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # an idle connection must not hold up the end
    block_on_close = False
    request_queue_size = MAX_CONNECTIONS

    def __init__(
        self, address: tuple[str, int], chain: EmbeddedChain, hosts: Collection[str]
    ) -> None:
        self.methods = Methods(chain)
        self._free = threading.Semaphore(MAX_CONNECTIONS)
        super().__init__(address, _Handler)
        self.hosts = {address[0], "localhost", "127.0.0.1", *hosts}

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, _request: Any, client_address: Any) -> None:
        _log.info("connection of %s ended early", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "accord-ledger"
    sys_version = ""
    timeout = IDLE_S
    disable_nagle_algorithm = True
    wbufsize = -1  # one segment an answer; two would wait for a delayed acknowledgement
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def do_POST(self) -> None:
        refusal = self._refusal()
        if refusal is not None:
            self.close_connection = True  # the body stays unread
            self._reply(refusal, b"")
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(HTTPStatus.OK, json.dumps(_respond(self.server.methods, body)).encode())

    def _refusal(self) -> HTTPStatus | None:
        """Why the body is not worth reading; None if it is."""
        if self.headers.get("Host", "").rpartition(":")[0] not in self.server.hosts:
            return HTTPStatus.FORBIDDEN
        if self.headers.get_content_type() != "application/json":
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            return HTTPStatus.LENGTH_REQUIRED
        if len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None

    def _reply(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Requests are not worth a line each; errors are logged where they happen."""


def _respond(methods: Methods, body: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": None}
    try:
        request = _parse(body)
        answer["id"] = request.get("id")
        answer["result"] = methods.answer(request.get("method"), request.get("params", []))
    except RpcError as error:
        answer["error"] = {"code": error.code, "message": error.message}
        if error.data is not None:
            answer["error"]["data"] = error.data
    except Exception:  # noqa: BLE001 - the process must outlive any one request
        _log.exception("unexpected")
        answer["error"] = {"code": INTERNAL_ERROR, "message": "internal error"}
    return answer


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise RpcError(PARSE_ERROR, "not JSON") from None
    if not isinstance(request, dict):
        raise RpcError(INVALID_REQUEST, "expected one request; batches are not taken")
    return request
