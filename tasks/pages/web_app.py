"""The pages of a local storage root as an ASGI application, read-only.

It serves samples, model reports, quality reports and the index pages, and nothing else of the
root. deploy/gallery.conf has the same rules for nginx.
"""

import logging
import os
import posixpath
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Receive, Scope, Send

from nocturne.tasks.storage.layout import (
    COMPARISON_PREFIX,
    INDEX_PAGE,
    MODELS,
    PAGE_SUFFIX,
    QUALITY,
    REPORT_PAGE,
    SAMPLES,
)

# No name may begin with a dot, as temporary files do; folders inside a run (parts/) are not served.
SERVED = re.compile(
    rf"({SAMPLES}|{MODELS}|{QUALITY})/{re.escape(INDEX_PAGE)}"
    rf"|{SAMPLES}/[^/.][^/]*/[^/.][^/]*"
    rf"|({MODELS}|{QUALITY})/[^/.][^/]*/{re.escape(REPORT_PAGE)}"
    rf"|{MODELS}/[^/.][^/]*/{COMPARISON_PREFIX}[^/]+{re.escape(PAGE_SUFFIX)}",
    re.DOTALL,
)
MEDIA_TYPES = {  # Python's own table differs between machines
    ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".json": "application/json",
    ".mid": "audio/midi",
    ".ogg": "audio/ogg",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
}
ONE_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-\d{1,18})", re.ASCII | re.IGNORECASE)
NOT_FOUND = f"Not found. The pages are at /{SAMPLES}/, /{MODELS}/ and /{QUALITY}/."
LOG = logging.getLogger("uvicorn.error")


class Pages:
    """The pages of one storage root as an ASGI application."""

    def __init__(self, root: str, favicon: str) -> None:
        """Serve the folder `root`, which may appear, change and disappear at any time.

        `favicon` is the path of an icon file, which may lie outside the root.
        """
        self.root, self.favicon = os.path.realpath(root), favicon
        self.files = StaticFiles(directory=root, check_dir=False)
        self.app = Starlette(routes=[Route("/{path:path}", self.answer)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a file that disappears while it is sent is one line in the log."""
        try:
            await self.app(_with_plain_range(scope), receive, send)
        except (OSError, RuntimeError) as error:
            LOG.warning("%s: %s", quote(scope["path"]), error)

    def answer(self, request: Request) -> Response:
        """Return the file, a redirect to the folder's page, or raise 404."""
        path = posixpath.normpath("/" + request.scope["path"].lstrip("/"))
        is_folder = request.scope["path"].endswith("/")
        if path == "/":
            return RedirectResponse(f"/{SAMPLES}/", 302)
        if path == "/favicon.ico":
            return self._file(self.favicon, request)
        if file := self._served(f"{path}/{INDEX_PAGE}" if is_folder else path):
            return self._file(file, request)
        if not is_folder and self._served(f"{path}/{INDEX_PAGE}"):
            return RedirectResponse(quote(f"{path}/"), 302)
        raise HTTPException(404, NOT_FOUND)

    def _served(self, path: str) -> str | None:
        """Return the real path of a file that may be served; None if there is no such file."""
        if not SERVED.fullmatch(path[1:]):
            return None
        with suppress(OSError, ValueError):  # ValueError: a NUL in the path
            real = os.path.realpath(self.root + path)
            inside = real.removeprefix(self.root + "/")  # where symbolic links lead
            if SERVED.fullmatch(inside) and Path(real).is_file():
                return real if os.access(real, os.R_OK) else None
        return None

    def _file(self, path: str, request: Request) -> Response:
        try:
            facts = Path(path).stat()
        except OSError as error:
            raise HTTPException(404, NOT_FOUND) from error
        media_type = MEDIA_TYPES.get(posixpath.splitext(path)[1], "application/octet-stream")
        response = FileResponse(path, stat_result=facts, media_type=media_type)
        if self.files.is_not_modified(response.headers, request.headers):
            return NotModifiedResponse(response.headers)
        return response


def _with_plain_range(scope: Scope) -> Scope:
    """Drop a Range header that is not one range of bytes in a GET: HTTP allows to ignore it."""
    headers = [(n, v) for n, v in scope["headers"] if n != b"range" or _is_one_range(scope, v)]
    return {**scope, "headers": headers}


def _is_one_range(scope: Scope, value: bytes) -> bool:
    match = ONE_RANGE.fullmatch(value.decode("latin-1").strip())
    if scope["method"] != "GET" or not match:
        return False
    first, last = match.groups()
    return not last or int(first) <= int(last)
