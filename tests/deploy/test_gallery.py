"""The page servers: what they show of a storage root, how, and nothing else of it.

Every case that is about what is shown holds for the server of `make server` and for nginx with
deploy/gallery.conf alike.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy import gallery
from tests.deploy.page_servers import nginx, page_server

SOUND = bytes(range(256)) * 1000
PAGES = (
    "samples/run/index.html",
    "models/m/report.html",
    "models/m/compare-n.html",
    "quality/c/report.html",
)
INDEXES = ("samples/index.html", "models/index.html", "quality/index.html")
FILES = ("samples/run/00000.mid", "samples/run/a b.mid", "samples/rün/日本.mid")
HIDDEN = (
    "models/m/weights.safetensors",
    "models/m/card.json",
    "models/m/other.html",
    "models/m/compare-/n.html",
    "models/champion.json",
    "notes/c/dataset.json",
    "quality/c/quality.parquet",
    "samples/run/parts/part-00000.parquet",
    "samples/run/.tmp-0123",
    "samples/.tmp-0123",
    "samples/.hidden/index.html",
    ".cache/locks/index-pages.lock",
    "secret.html",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storage root with a file of every kind, and a secret beside it."""
    root = tmp_path_factory.mktemp("beside") / "a root"
    for name in (*PAGES, *INDEXES, *FILES, *HIDDEN):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "samples/run/00000.ogg").write_bytes(SOUND)
    (root.parent / "outside.html").write_text("outside")
    return root


@pytest.fixture(scope="module", params=["make server", "nginx"])
def client(request: pytest.FixtureRequest, root: Path) -> Iterator[httpx.Client]:
    """A client of each of the two servers."""
    home = root.parent / "nginx"
    serving = nginx(root, home) if request.param == "nginx" else page_server(root)
    with serving as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture(scope="module")
def own(root: Path) -> Iterator[httpx.Client]:
    """A client of the server of `make server` alone."""
    with page_server(root) as address, httpx.Client(base_url=address) as client:
        yield client


def raw(client: httpx.Client, path: str, method: str = "GET") -> httpx.Response:
    """Ask for a path as it is spelt, which httpx would otherwise tidy."""
    url = httpx.URL(str(client.base_url).rstrip("/")).copy_with(raw_path=path.encode())
    return client.request(method, url)


@pytest.mark.parametrize("page", [*PAGES, *INDEXES, *FILES])
def test_pages_and_their_files_are_shown(client: httpx.Client, page: str) -> None:
    assert client.get(f"/{page}").content.decode() == page
    assert client.get(f"/{page}?utm=1&x=%00").content.decode() == page


@pytest.mark.parametrize(
    "folder", ["samples", "models", "quality", "samples/run", "samples/r%C3%BCn"]
)
def test_a_folder_is_its_index_page(client: httpx.Client, root: Path, folder: str) -> None:
    (root / "samples/rün/index.html").write_text("samples/rün/index.html")
    moved = client.get(f"/{folder}")
    assert moved.status_code in {301, 302}
    assert moved.headers["location"] == f"/{folder}/"
    shown = client.get(f"/{folder}/")
    assert shown.content.decode() == f"{folder}/index.html".replace("%C3%BC", "ü")
    assert shown.headers["content-type"] == "text/html; charset=utf-8"


def test_the_door_leads_to_the_samples(client: httpx.Client) -> None:
    door = client.get("/")
    assert (door.status_code, door.headers["location"]) == (302, "/samples/")


@pytest.mark.parametrize(
    "path", [*HIDDEN, "notes/", "models/m/", "samples/run/parts/", "etc/passwd"]
)
@pytest.mark.parametrize(
    "spelling", ["/{}", "/samples/../{}", "/samples/%2e%2e/{}", "//{}", "/./{}", "/samples/..%2f{}"]
)
def test_nothing_else_is(client: httpx.Client, path: str, spelling: str) -> None:
    answer = raw(client, spelling.format(path))
    assert answer.status_code == 404
    assert "\n" not in answer.text.strip()


ODD = (
    "/%00",
    "/samples/%00",
    "/samples/run/00000.mid%00.html",
    "/samples/run/%ff%fe",
    "/samples/run/%c3%28",
    "/samples/run/..%5c..%5cmodels",
    "/samples/run\\..\\..\\secret.html",
    "/samples/run/" + "x" * 5000,
    "/samples/" + "a/" * 2000 + "b",
    "/samples/../../../../../../etc/passwd",
    "/%2e%2e/outside.html",
    "/samples/%2e%2e%2f%2e%2e%2foutside.html",
    "/samples/run/index.html/",
    "/samples/run/index.html%0d%0aX-Evil:%201",
    "/samples/%252e%252e/secret.html",
    "/samples/run/00000.mid;x",
    "/SAMPLES/run/index.html",
    "/samples./run/index.html",
)


@pytest.mark.parametrize("path", ODD)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_odd_paths_are_not_found(client: httpx.Client, path: str, method: str) -> None:
    answer = raw(client, path, method)
    assert answer.status_code in {400, 404}
    assert "x-evil" not in answer.headers
    assert client.get("/samples/run/index.html").status_code == 200


def test_doubled_slashes_and_dots_are_tidied(client: httpx.Client) -> None:
    for path in ("//samples//run///index.html", "/samples/./run/x/../index.html"):
        assert raw(client, path).text == "samples/run/index.html"


def test_a_folder_of_another_host_is_none(client: httpx.Client) -> None:
    for path in (
        "//evil.example/..",
        "//evil.example/%2e%2e/samples",
        "/\\evil.example/../samples",
    ):
        answer = raw(client, path)
        assert answer.headers.get("location", "/samples/") == "/samples/"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, len(SOUND) - 1),
        ("bytes=1000-1999", 1000, 1999),
        ("bytes=255999-", 255_999, 255_999),
        ("bytes=-1", 255_999, 255_999),
        ("bytes=-100000", 156_000, 255_999),
        ("bytes=-9999999", 0, 255_999),
        ("bytes=200000-99999999", 200_000, 255_999),
    ],
)
def test_one_range(client: httpx.Client, asked: str, first: int, last: int) -> None:
    answer = client.get("/samples/run/00000.ogg", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(SOUND)}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.content == SOUND[first : last + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=256000-", "bytes=256000-256001", "bytes=9999999-", "bytes=-0"]
)
def test_a_range_that_cannot_be_had(client: httpx.Client, asked: str) -> None:
    answer = client.get("/samples/run/00000.ogg", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(SOUND)}"


@pytest.mark.parametrize(
    "asked", ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1--2", "items=0-5",
              "bytes=0-5,7", "bytes=0x1-5", "bytes=" + "9" * 5000 + "-", "bytes=1-2;3"]
)  # fmt: skip
def test_what_is_no_range_is_ignored(own: httpx.Client, asked: str) -> None:
    answer = own.get("/samples/run/00000.ogg", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, SOUND)


def test_a_range_depends_on_its_validator(client: httpx.Client) -> None:
    path, part = "/samples/run/00000.ogg", {"Range": "bytes=10-19"}
    whole = client.get(path)
    for name in ("etag", "last-modified"):
        same = client.get(path, headers={**part, "If-Range": whole.headers[name]})
        assert (same.status_code, same.content) == (206, SOUND[10:20])
    for other in ('"another"', 'W/"weak"', "Mon, 01 Jan 2001 00:00:00 GMT"):
        changed = client.get(path, headers={**part, "If-Range": other})
        assert (changed.status_code, changed.content) == (200, SOUND)


def test_what_a_browser_has_already_is_not_sent_again(client: httpx.Client, root: Path) -> None:
    path = "/samples/run/page-2.html"
    (root / path[1:]).write_text("a page")
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"x", {first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = client.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    (root / path[1:]).write_text("a longer page than before")
    changed = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.text) == (200, "a longer page than before")


def test_head_says_what_get_would(client: httpx.Client) -> None:
    for path in ("/samples/run/00000.ogg", "/samples/", "/favicon.ico"):
        head, got = client.head(path), client.get(path)
        assert head.content == b""
        for name in ("content-length", "content-type", "etag", "last-modified"):
            assert head.headers[name] == got.headers[name]
    assert client.head("/samples/run/00000.ogg").headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("00000.mid", "audio/midi"),
        ("00000.ogg", "audio/ogg"),
        ("00000.png", "image/png"),
        ("manifest.parquet", "application/vnd.apache.parquet"),
        ("run.json", "application/json"),
        ("index.html", "text/html; charset=utf-8"),
        ("unknown", "application/octet-stream"),
    ],
)
def test_media_types(client: httpx.Client, root: Path, name: str, media_type: str) -> None:
    (root / "samples/kinds").mkdir(exist_ok=True)
    (root / "samples/kinds" / name).write_bytes(b"x")
    assert client.get(f"/samples/kinds/{name}").headers["content-type"] == media_type


def test_the_icon_is_its_own(client: httpx.Client) -> None:
    icon = client.get("/favicon.ico")
    assert icon.content == gallery.FAVICON.read_bytes()
    assert icon.content[:4] == b"\0\0\1\0"


@pytest.mark.parametrize("path", ["/samples/", "/nothing"])
def test_a_page_may_load_only_its_own(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in gallery.HEADERS} == gallery.HEADERS


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_nothing_can_be_written(client: httpx.Client, root: Path, method: str) -> None:
    answer = client.request(method, "/samples/run/index.html", content=b"x" * 100_000)
    assert answer.status_code == 405
    assert "Traceback" not in answer.text
    assert (root / "samples/run/index.html").read_text() == "samples/run/index.html"


@pytest.fixture(scope="module")
def linked(root: Path) -> Path:
    """The root with symbolic links in it."""
    run = root / "samples/run"
    (run / "out.html").symlink_to(root.parent / "outside.html")
    (run / "weights.html").symlink_to("../../models/m/weights.safetensors")
    (run / "loop.html").symlink_to("loop.html")
    (run / "gone.html").symlink_to("nothing")
    (root / "samples/away").symlink_to(root.parent)
    (root / "samples/up").symlink_to(root)
    (root / "samples/latest").symlink_to("run")
    return root


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize(
    "name", ["run/out", "run/weights", "run/loop", "run/gone", "away/outside", "up/secret"]
)
def test_no_symbolic_link_leaves_the_folder(client: httpx.Client, name: str) -> None:
    assert client.get(f"/samples/{name}.html").status_code == 404


@pytest.mark.usefixtures("linked")
def test_a_symbolic_link_inside_the_folder_is_followed(own: httpx.Client) -> None:
    assert own.get("/samples/latest/").text == "samples/run/index.html"


def test_the_root_itself_may_be_a_symbolic_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    for serving in (page_server(tmp_path / "link"), nginx(tmp_path / "link", tmp_path / "nginx")):
        with serving as address:
            assert httpx.get(f"{address}/samples/").text == "samples/index.html"


def test_what_is_no_file_is_not_found(client: httpx.Client, root: Path) -> None:
    run = root / "samples/unfinished"
    shutil.rmtree(run, ignore_errors=True)
    (run / "folder.ogg").mkdir(parents=True)
    os.mkfifo(run / "pipe")
    for path in ("pipe", "folder.ogg/", "index.html", ""):
        assert client.get(f"/samples/unfinished/{path}", timeout=5).status_code == 404


def test_a_root_that_goes_and_comes_back(client: httpx.Client, root: Path) -> None:
    assert client.get("/samples/").status_code == 200
    root.rename(root.parent / "elsewhere")
    for path in ("/samples/", "/samples", "/samples/run/00000.ogg"):
        assert client.get(path).status_code == 404
    (root.parent / "elsewhere").rename(root)
    assert client.get("/samples/").status_code == 200


def _connected(client: httpx.Client) -> socket.socket:
    return socket.create_connection((gallery.HOST, client.base_url.port or 0), 10)


def _ended_after(connection: socket.socket) -> float:
    """Return the seconds until the server ends the connection."""
    start = time.monotonic()
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - start


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /samples/ HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nx",
    ],
)
def test_a_silent_client_is_left(
    own: httpx.Client, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(gallery.TimedConnection, "request_seconds", 0.5)
    with _connected(own) as connection:
        connection.sendall(said)
        assert 0.3 < _ended_after(connection) < 5


def test_a_client_that_sends_a_byte_now_and_then_is_left(
    own: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery.TimedConnection, "request_seconds", 0.5)
    with _connected(own) as connection, pytest.raises((ConnectionResetError, BrokenPipeError)):
        for byte in b"GET /samples/ HTTP/1.1\r\nX: " + b"x" * 200:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)


def test_a_client_that_stops_reading_is_left(
    own: httpx.Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery.TimedConnection, "stall_seconds", 0.5)
    with (root / "samples/run/long.ogg").open("wb") as long:
        long.truncate(200_000_000)
    with _connected(own) as connection:
        connection.sendall(b"GET /samples/run/long.ogg HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.5)
        received = sum(len(chunk) for chunk in iter(lambda: connection.recv(1 << 20), b""))
        assert 0 < received < 100_000_000  # what was on its way, then the end


def test_a_slow_reader_gets_all(own: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery.TimedConnection, "stall_seconds", 0.5)
    monkeypatch.setattr(gallery.TimedConnection, "request_seconds", 0.5)
    with own.stream("GET", "/samples/run/00000.ogg") as answer:
        got = b""
        for chunk in answer.iter_raw(32_000):
            got += chunk
            time.sleep(0.2)
    assert got == SOUND
    assert own.get("/samples/").status_code == 200


def test_connections_are_bounded(own: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MOST_CONNECTIONS", 5)
    address = str(own.base_url).rstrip("/")
    held = [_connected(own) for _ in range(5)]
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{address}/samples/", timeout=5)
    for one in held:
        one.close()
    time.sleep(0.2)
    assert httpx.get(f"{address}/samples/").status_code == 200


def _started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", str(gallery.__file__), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True, cwd="/")


def _said(*arguments: str) -> str:
    process = _started(*arguments)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.count("\n") == 1
    return said


def test_what_cannot_work_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with gallery.listening("0") as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} of 127.0.0.1: Address already in use" in _said(str(tmp_path), port)
    assert "high is not a port" in _said(str(tmp_path), "high")
    assert "70000 is not a port" in _said(str(tmp_path), "70000")
    assert "Not a directory" in _said(str(tmp_path / "file"), "0")
    assert "usage: " in _said(str(tmp_path))


def test_a_fresh_root_has_its_pages_and_a_lost_client_is_no_traceback(tmp_path: Path) -> None:
    with gallery.listening("0") as free:
        port = free.getsockname()[1]
    process = _started(str(tmp_path / "new"), str(port))
    try:
        address = f"http://{gallery.HOST}:{port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                assert "No samples yet" in httpx.get(f"{address}/samples/").text
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.1)
        (tmp_path / "new/samples/run").mkdir()
        with (tmp_path / "new/samples/run/long.ogg").open("wb") as long:
            long.truncate(50_000_000)
        for _ in range(20):  # as browsers do when somebody seeks
            with httpx.stream("GET", f"{address}/samples/run/long.ogg") as answer:
                next(answer.iter_raw(1000))
    finally:
        process.terminate()
    said, _ = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert "ERROR" not in said
    assert said.count("GET /samples/run/long.ogg") == 20


def test_a_file_cut_short_while_it_is_sent_is_no_traceback(
    own: httpx.Client, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = root / "samples/run/long.ogg"
    with path.open("wb") as long:
        long.truncate(50_000_000)
    with pytest.raises(httpx.TransportError), own.stream("GET", "/samples/run/long.ogg") as answer:
        chunks = answer.iter_raw(1000)
        next(chunks)
        path.write_bytes(b"")
        for _ in chunks:
            pass
    assert own.get("/samples/").status_code == 200


def test_many_at_once(own: httpx.Client) -> None:
    answers: list[bytes] = []
    address = str(own.base_url).rstrip("/")

    def ask() -> None:
        answers.append(httpx.get(f"{address}/samples/run/00000.ogg").content)

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [SOUND] * 30
