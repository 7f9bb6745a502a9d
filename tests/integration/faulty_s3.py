"""A real S3 server on this machine that answers as badly as a test asks for."""

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

Answer = Iterable[bytes]

BODIES = {
    403: ("403 Forbidden", "AccessDenied", "Access Denied"),
    429: ("429 Too Many Requests", "TooManyRequests", "Reduce your request rate"),
    500: ("500 Internal Server Error", "InternalError", "We encountered an internal error"),
    503: ("503 Service Unavailable", "SlowDown", "Please reduce your request rate"),
}
CUT = 0  # the connection ends without an answer
LOST = 1  # likewise, after the request took effect


@dataclass
class FaultyS3:
    """Moto's S3 behind a middleware. Requests are served one at a time, so that conditional
    writes are atomic, as they are in S3 and are not in moto."""

    port: int = 0
    fault: int = 503  # an HTTP status, or CUT
    remaining: int = 0  # how many of the next requests fail
    methods: tuple[str, ...] = ("GET", "HEAD", "PUT", "POST", "DELETE")
    requests: list[str] = field(default_factory=list)
    _turn: Lock = field(default_factory=Lock)
    _moto: Any = None

    def uri(self, path: str) -> str:
        """Return the URI of a bucket or a folder in it, credentials and address included."""
        options = f"scheme=http&endpoint_override=127.0.0.1:{self.port}&allow_bucket_creation=true"
        return f"s3://someone:secret@{path}?{options}"

    def fail(self, fault: int, count: int, *methods: str) -> None:
        """Let the next `count` requests (of `methods`, if named) fail."""
        self.fault, self.remaining = fault, count
        self.methods = methods or FaultyS3.methods

    def lose_answers(self, count: int, *methods: str) -> None:
        """Let the next `count` requests take effect, and cut the connection before the answer."""
        self.fail(LOST, count, *methods)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Answer:
        """Answer one request, as a WSGI application."""
        with self._turn:
            self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            if self.remaining and environ["REQUEST_METHOD"] in self.methods:
                self.remaining -= 1
                if self.fault == LOST:
                    list(self._moto(environ, start))
                return self._broken(environ, start)
            return list(self._moto(environ, start))

    def _broken(self, environ: dict[str, Any], start: Callable[..., Any]) -> Answer:
        if self.fault in (CUT, LOST):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, code, message = BODIES[self.fault]
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []


@contextmanager
def faulty_s3() -> Iterator[FaultyS3]:
    """Run the server for the length of the block."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    store = FaultyS3()
    store._moto = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, store, threaded=True)
    store.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
