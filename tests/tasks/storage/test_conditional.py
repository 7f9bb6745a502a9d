"""Conditional writes: by which options a bucket is opened, and GCS's generations."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import obstore
import pytest
from pyarrow import fs

from nocturne.tasks.storage.conditional import ConditionalStore, ConflictError
from nocturne.tasks.storage.location import _object_store, store_options

PROFILES = """
[default]
aws_access_key_id = from-default
aws_secret_access_key = s1
[night]
aws_access_key_id = from-night
aws_secret_access_key = s2
aws_session_token = t2
"""


@pytest.fixture(autouse=True)
def _no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def _config(uri: str) -> dict[str, Any]:
    filesystem, base = fs.FileSystem.from_uri(uri)
    return dict(ConditionalStore(filesystem, base.partition("/")[0])._store.config)


def test_a_uri_names_credentials_endpoint_and_region() -> None:
    options = "scheme=http&endpoint_override=127.0.0.1:9&region=eu-west-1"
    assert _config(f"s3://a%2Fb:c%2Bd@music/p?{options}") == {
        "bucket": "music",
        "access_key_id": "a/b",
        "secret_access_key": "c+d",
        "endpoint": "http://127.0.0.1:9",
        "region": "eu-west-1",
    }


def test_variables_stand_in_for_what_the_uri_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "from-env")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    filesystem = fs.FileSystem.from_uri("s3://music/p?region=eu-west-1")[0]
    store = ConditionalStore(filesystem, "music")._store
    address = obstore.sign(store, "GET", "k", timedelta(minutes=1))
    assert "X-Amz-Credential=from-env%2F" in address
    assert "eu-west-1" in address


@pytest.mark.parametrize(
    ("profile", "key", "token"),
    [(None, "from-default", None), ("night", "from-night", "t2"), ("none", None, None)],
)
def test_a_profile_gives_its_keys(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    profile: str | None,
    key: str | None,
    token: str | None,
) -> None:
    (tmp_path / "credentials").write_text(PROFILES)
    if profile:
        monkeypatch.setenv("AWS_PROFILE", profile)
    config = _config("s3://music/p?region=eu-west-1")
    assert (config.get("access_key_id"), config.get("session_token")) == (key, token)


def test_other_file_systems_keep_no_locks(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="local disk, s3:// and gs:// alone"):
        ConditionalStore(fs.LocalFileSystem(), "bucket")


def test_no_file_system_of_ours_retries_by_itself() -> None:
    s3 = _object_store("s3://a:b@m/p?region=us-east-1")[0]
    assert store_options(s3)["access_key"] == "a"
    gcs = _object_store("gs://anonymous@m/p")[0]
    assert store_options(gcs)["retry_time_limit"].total_seconds() == 60


class _Gcs(BaseHTTPRequestHandler):
    """GCS's XML interface, as far as conditional writes of whole objects go."""

    objects: dict[str, tuple[int, bytes]]

    def do_GET(self) -> None:
        generation, content = self.objects.get(self.path, (0, b""))
        self._answer(200 if generation else 404, generation, content)

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        generation = self.objects.get(self.path, (0, b""))[0]
        wanted = self.headers.get("x-goog-if-generation-match")
        if wanted is not None and int(wanted) != generation:
            return self._answer(412, 0, b"")
        self.objects[self.path] = (generation + 7, content)
        return self._answer(200, generation + 7, b"")

    def _answer(self, status: int, generation: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"same"')
        self.send_header("Last-Modified", "Wed, 21 Oct 2026 07:28:00 GMT")
        self.send_header("x-goog-generation", str(generation))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gcs() -> Iterator[ConditionalStore]:
    handler = type("Gcs", (_Gcs,), {"objects": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"127.0.0.1:{server.server_port}"
        filesystem = fs.GcsFileSystem(
            access_token="token",
            credential_token_expiration=datetime.now(UTC) + timedelta(hours=1),
            scheme="http",
            endpoint_override=address,
        )
        yield ConditionalStore(filesystem, "music")
        server.shutdown()
        thread.join()


def test_gcs_goes_by_generations(gcs: ConditionalStore) -> None:
    assert gcs.read("k") == (None, {})
    first = gcs.replace("k", b"1", {})
    assert gcs.read("k")[0] == b"1"
    second = gcs.replace("k", b"2", first)
    for stale in ({}, first):
        with pytest.raises(ConflictError):
            gcs.replace("k", b"3", stale)
    assert gcs.replace("k", b"3", second)["version"] == "21"
    assert gcs.read("k")[0] == b"3"
