"""Tidy and the check of a root on an object store: a real S3 server on this machine.

Only there are locks leases, whose age is read off the store's own clock.
"""

import time
from collections.abc import Iterator

import pytest

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import BusyError
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.storage.layout import lock_path
from nocturne.tasks.storage.locking import leases
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep import uploads
from nocturne.tasks.upkeep.delete import delete_named_model
from nocturne.tasks.upkeep.tidy import plan_tidy, tidy
from nocturne.tasks.upkeep.usage import usage_of
from nocturne.tasks.upkeep.verify import verify
from tests.integration.faulty_s3 import FaultyS3, faulty_s3
from tests.tasks.model.tiny_models import add_card, add_model

pytestmark = pytest.mark.integration
LATER = 40 * 86_400.0


@pytest.fixture(scope="module")
def root() -> Iterator[Root]:
    with faulty_s3() as server:
        yield _used(server)


def _used(server: FaultyS3) -> Root:
    """Return a root with a champion, a played candidate and what stopped runs left."""
    root = Root.open(server.uri("music/tidy"))
    add_model(root, "best")
    promote(root, "best", "")
    for name in ("old", "played"):
        add_card(root, name)
    for path in (
        "staging/a/notes-0/shard-00000.parquet",
        "downloads/a/a.zip.rejected",
        "models/half/weights.safetensors",
        "samples/half/00000.mid",
    ):
        root.write_bytes(path, b"left")
    client = uploads._client(root.filesystem)
    for key in ("tidy/samples/cut.ogg", "elsewhere/of-another.ogg"):
        place = {"Bucket": "music", "Key": key}
        begun = client.create_multipart_upload(**place)
        client.upload_part(**place, UploadId=begun["UploadId"], PartNumber=1, Body=b"part")
    return root


def test_a_tidy_takes_what_is_old_and_leaves_what_runs_need(
    root: Root, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.2)
    config, now = TidyConfig(), time.time() + LATER
    planned = {one.path for one in plan_tidy(root, config, now).removed}
    assert planned == {
        "models/old",
        "models/played",
        "models/half",
        "samples/half",
        "staging/a/notes-0",
        "downloads/a/a.zip.rejected",
        "samples/cut.ogg",
    }
    with run_writer(root, "played-seed1-01234567", "played"):
        report = tidy(root, config, now)
        assert {one.path for one in report.removed} == planned - {"models/played"}
        assert "generation of played-seed1" in report.stays[0].why
        with pytest.raises(BusyError, match="generation of played-seed1"):
            delete_named_model(root, "played")
    left = uploads._client(root.filesystem).list_multipart_uploads(Bucket="music")["Uploads"]
    assert [upload["Key"] for upload in left] == ["elsewhere/of-another.ogg"]
    assert known_models(root) == ["best", "played"]
    assert delete_named_model(root, "played").files == 1
    assert verify(root).findings == ()
    assert {row.kind for row in usage_of(root).kinds} >= {"models", "models/champions"}


def test_the_lease_of_a_killed_machine_keeps_nothing_for_long(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 2.0)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.2)
    holder = Holder.current("a training on a machine that is gone", ("models/x",))
    root.write_bytes(lock_path("model-y"), holder.model_dump_json().encode())
    with pytest.raises(BusyError, match="a machine that is gone"), deleting(root, "models/x"):
        pass
    time.sleep(3.1)  # the store's times are whole seconds
    with deleting(root, "models/x"):
        pass
