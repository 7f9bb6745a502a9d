"""Galleries and reports of a local storage root in a browser, read-only, on loopback.

    python -m deploy.gallery ROOT PORT

Shows what gallery.conf shows in the compose file, and nothing else of the root.
"""

import posixpath
import re
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
SHOWN = re.compile(r"/samples(/.*)?|/(models|quality)/[^/]+/report\.html")


class Gallery(SimpleHTTPRequestHandler):
    """Answers for the pages and their files; anything else is not found."""

    def send_head(self) -> Any:
        """Answer a GET or HEAD; the root itself leads to the samples."""
        path = posixpath.normpath(unquote(urlsplit(self.path).path))
        if path == "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", "/samples/")
            self.end_headers()
            return None
        if not SHOWN.fullmatch(path):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()


def main(root: str, port: str) -> None:
    """Serve until ended."""
    (Path(root) / "samples").mkdir(parents=True, exist_ok=True)
    handler = partial(Gallery, directory=root)
    ThreadingHTTPServer((HOST, int(port)), handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
