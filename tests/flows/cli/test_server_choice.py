"""Which Prefect server a command uses, and the error for one that cannot be used."""

import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from nocturne.flows.cli.server_choice import configured_server, require_http_client, require_server
from nocturne.schemas.errors import ServerError

PROFILES = """
active = "mine"
[profiles.mine]
PREFECT_API_URL = "http://mine/api"
[profiles.ephemeral]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return Prefect's home, before Prefect is imported and with nothing set."""
    monkeypatch.delitem(sys.modules, "prefect.context", raising=False)
    for name in ("PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_PROFILES_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    return tmp_path


def test_a_variable_goes_before_the_profile_and_an_empty_one_is_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert configured_server() is None
    (home / "profiles.toml").write_text(PROFILES)
    assert configured_server() == "http://mine/api"
    monkeypatch.setenv("PREFECT_API_URL", "http://set/api")
    assert configured_server() == "http://set/api"
    monkeypatch.setenv("PREFECT_API_URL", "")
    assert configured_server() == "http://mine/api"
    for name in ("ephemeral", "unknown"):
        monkeypatch.setenv("PREFECT_PROFILE", name)
        assert configured_server() is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (".env", "OTHER=1\nexport PREFECT_API_URL='http://here/api' # ours\n"),
        ("prefect.toml", '[api]\nurl = "http://here/api"\n'),
        ("pyproject.toml", '[tool.prefect.api]\nurl = "http://here/api"\n'),
    ],
)
def test_files_of_the_working_folder_go_before_the_profile(
    file: str, content: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "profiles.toml").write_text(PROFILES)
    (home / file).write_text(content)
    assert configured_server() == "http://mine/api"
    monkeypatch.chdir(home)
    assert configured_server() == "http://here/api"
    (home / file).write_text("[")  # Prefect itself reports the damaged file
    assert configured_server() == "http://mine/api"


@pytest.mark.parametrize("content", [b'active = "mine', b"\xff\xfe", b"[profiles\n"])
def test_profiles_that_do_not_read_are_named(content: bytes, home: Path) -> None:
    (home / "profiles.toml").write_bytes(content)
    with pytest.raises(ServerError, match=r"profiles\.toml do not read .*mend or delete"):
        configured_server()


def test_a_folder_in_place_of_the_profiles_is_named(home: Path) -> None:
    (home / "profiles.toml").mkdir()
    with pytest.raises(ServerError, match=r"profiles\.toml do not read \(Is a directory\): mend"):
        configured_server()


@pytest.mark.parametrize("content", [b"", b"profiles = 1", b'active = "a"\nprofiles.a = 1\n'])
def test_profiles_of_another_shape_name_no_server(content: bytes, home: Path) -> None:
    (home / "profiles.toml").write_bytes(content)
    assert configured_server() is None


@contextmanager
def _answering(answers: dict[str, int]) -> Iterator[str]:
    """Serve what is no Prefect server: a status for each path, 404 for others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers.get(self.path, 404))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://user:key@127.0.0.1:{server.server_port}/api"
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "HTTP 404 at /health"),
        ({"/api/health": 200, "/api/admin/version": 401}, "it answers HTTP 401"),
        ({"/api/health": 200, "/api/admin/version": 403}, "it answers HTTP 403"),
        ({"/api/health": 200}, "it answers HTTP 404"),
        ({"/api/health": 200, "/api/admin/version": 200}, "cannot be used"),
    ],
)
def test_what_answers_but_is_of_no_use_is_reported(answers: dict[str, int], message: str) -> None:
    with (
        _answering(answers) as address,
        temporary_settings({PREFECT_API_URL: address}),
        pytest.raises(ServerError, match=message) as refused,
    ):
        require_server(address)
    assert "key" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_port_where_nobody_listens_is_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        with pytest.raises(ServerError, match=f"no Prefect server answers at {address}"):
            require_server(address)


@pytest.mark.parametrize(
    "address", ["http://a..b/api", "http://xn--/api", "http://[::1/api", "http://h:99999/api"]
)
def test_an_address_that_is_none_is_reported(address: str) -> None:
    with pytest.raises(ServerError, match=f"no Prefect server answers at {re.escape(address)}: "):
        require_server(address)


@pytest.mark.parametrize("proxy", ["nonsense://host", "http://host:port", "socks5://127.0.0.1:9"])
def test_a_proxy_that_cannot_be_asked_is_reported(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_http_client()
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ServerError, match="unset HTTP_PROXY"):
        require_http_client()
