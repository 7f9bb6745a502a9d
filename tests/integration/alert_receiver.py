"""What alerts are sent to: a web server on loopback that keeps the messages."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Receiver:
    """The messages that came to an address with a password in it."""

    def __init__(self, port: int) -> None:
        """Listen for nothing yet: `receiver` does."""
        self.password = secrets.token_hex(16)
        self.url = f"json://nocturne:{self.password}@127.0.0.1:{port}/alerts"
        self.messages: list[dict[str, str]] = []

    def message(self, *words: str) -> str:
        """Return the text of the first message with all these words in title or text, or ""."""
        texts = [f"{one['title']}\n{one['message']}" for one in self.messages]
        return next((text for text in texts if all(word in text for word in words)), "")


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Receive messages on a free port beside the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            kept.messages.append(json.loads(content))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept = Receiver(server.server_port)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
