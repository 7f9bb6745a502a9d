"""A real HTTP server on this machine that misbehaves on request."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the server serves and how it fails. `seen` lists (path, Range, status)."""

    content: bytes
    etag: str | None = '"v1"'
    ranges: bool = True  # honours Range
    drop_after: list[int] = field(default_factory=list)  # bytes sent before each early hang-up
    lie: int = 0  # added to Content-Length
    statuses: list[int] = field(default_factory=list)  # answers of the first requests
    pause_seconds: float = 0.0  # before every kilobyte
    stalls: int = 0  # so many requests send half, then nothing
    content_type: str = "application/gzip"
    seen: list[tuple[str, str | None, int]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behaviour: Behaviour

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Serve, or fail, as the behaviour says."""
        how, asked = self.behaviour, self.headers.get("Range")
        status, start = self._status_and_start(asked)
        how.seen.append((self.path, asked, status))
        self.close_connection = True
        if status not in (200, 206):
            self.send_response(status)
            if status == 416:
                self.send_header("Content-Range", f"bytes */{len(how.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(status, start)

    def _status_and_start(self, asked: str | None) -> tuple[int, int]:
        how = self.behaviour
        if how.statuses:
            return how.statuses.pop(0), 0
        if how.etag and self.headers.get("If-None-Match") == how.etag:
            return 304, 0
        fits = self.headers.get("If-Range") in (None, how.etag)
        if not (how.ranges and asked and fits):
            return 200, 0
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        return (206, start) if start < len(how.content) else (416, 0)

    def _send(self, status: int, start: int) -> None:
        how = self.behaviour
        body = how.content[start:]
        self.send_response(status)
        self.send_header("Content-Type", how.content_type)
        self.send_header("Content-Length", str(len(body) + how.lie))
        if how.etag:
            self.send_header("ETag", how.etag)
        if status == 206:
            total = len(how.content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.end_headers()
        if how.drop_after:
            body = body[: how.drop_after.pop(0)]
        if how.stalls:
            how.stalls -= 1
            self.wfile.write(body[: len(body) // 2])
            time.sleep(2.0)  # longer than the time-out of any test
            return
        for at in range(0, len(body), 1024 if how.pause_seconds else len(body) + 1):
            time.sleep(how.pause_seconds)
            self.wfile.write(body[at : at + 1024] if how.pause_seconds else body)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Serve while the block runs; gives the server's base URL."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
