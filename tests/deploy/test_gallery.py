"""The page server: galleries and reports, and nothing else of a storage root."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.gallery import HOST, Gallery

PAGES = ("samples/run/index.html", "models/m/report.html", "quality/c/report.html")
HIDDEN = ("models/m/weights.safetensors", "models/champion.json", "notes/c/dataset.json")


class _Quiet(Gallery):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    for name in (*PAGES, *HIDDEN):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    server = ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with server, httpx.Client(base_url=f"http://{HOST}:{server.server_port}") as client:
        yield client
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_shown(client: httpx.Client, page: str) -> None:
    assert client.get(f"/{page}").text == page


def test_the_door_leads_to_the_samples(client: httpx.Client) -> None:
    found = client.get("/", follow_redirects=True)
    assert found.url.path == "/samples/"
    assert "run/" in found.text


@pytest.mark.parametrize("path", [*HIDDEN, "models/", "notes/", "etc/passwd"])
@pytest.mark.parametrize("way", ["/{}", "/samples/../{}", "/samples/%2e%2e/{}", "//{}"])
def test_nothing_else_is(client: httpx.Client, path: str, way: str) -> None:
    url = httpx.URL(str(client.base_url).rstrip("/")).copy_with(raw_path=way.format(path).encode())
    assert client.get(url).status_code == 404
