"""The page server: serves galleries, reports and index pages of a local storage root.

    python -m deploy.gallery ROOT PORT

It listens on 127.0.0.1 alone. tasks/pages/web_app.py says which files it serves; gallery.conf makes
nginx serve the same files in the compose file.
"""

import asyncio
import socket
import sys
from contextlib import suppress
from pathlib import Path

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from nocturne.schemas.errors import NocturneError
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.pages.web_app import Pages
from nocturne.tasks.storage.root import Root

HOST = "127.0.0.1"
FAVICON = Path(__file__).with_name("favicon.ico")
HEADERS = {
    "Cache-Control": "no-cache",  # a browser keeps a page and asks each time if it has changed
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; media-src 'self'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
MOST_CONNECTIONS = 200
KEEP_ALIVE_SECONDS = 15
STOP_SECONDS = 2  # for answers under way when the server is ended


class TimedConnection(H11Protocol):
    """A connection that ends when its client is silent, too slow with a request or stops reading.

    uvicorn itself ends only connections that are idle between two requests.
    """

    request_seconds = 30.0  # for a whole request to arrive
    stall_seconds = 60.0  # for a full send buffer to drain
    timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request; drop the connection if too many are open."""
        super().connection_made(transport)
        self._end_in(self.request_seconds)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer: the connection has ended."""
        self._end_in(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Stop the timer once a whole request is being answered."""
        super().handle_events()
        if self._is_answering():
            self._end_in(None)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._end_in(self.request_seconds)
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._end_in(self.stall_seconds)

    def resume_writing(self) -> None:
        """Stop the timer: the client reads."""
        super().resume_writing()
        if self._is_answering():
            self._end_in(None)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _end_in(self, seconds: float | None) -> None:
        """End the connection after `seconds`, unless called again before; None is never."""
        if self.timer:
            self.timer.cancel()
        self.timer = None if seconds is None else self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        self.transport.abort()


def main(arguments: list[str]) -> None:
    """Serve until the process is ended; exit with one line of explanation if that is impossible."""
    if len(arguments) != 2:
        sys.exit("usage: python -m deploy.gallery ROOT PORT")
    root, port = arguments
    with listening(port) as listener, suppress(KeyboardInterrupt):
        try:
            storage = Root.open(root)
        except NocturneError as error:
            sys.exit(str(error))
        try:
            write_index_pages(storage)
        except (
            NocturneError,
            OSError,
        ) as error:  # the root can still be served
            print(f"the index pages stay as they are: {error}", flush=True)
        server(root).run(sockets=[listener])


def listening(port: str) -> socket.socket:
    """Return a socket that listens on the port; exit with one line if it cannot."""
    try:
        return socket.create_server((HOST, int(port)))
    except (ValueError, OverflowError):
        sys.exit(f"{port} is not a port; give a number from 1 to 65535")
    except OSError as error:
        sys.exit(f"port {port} of {HOST}: {error.strerror}; give a free port")


def server(root: str) -> Server:
    """Return a server of the root's pages that is not running yet."""
    config = Config(
        Pages(root, str(FAVICON)),
        http=TimedConnection,
        ws="none",
        lifespan="off",
        server_header=False,
        headers=list(HEADERS.items()),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return Server(config)


if __name__ == "__main__":
    main(sys.argv[1:])
