import hashlib
import random
import resource
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import fs

from nocturne.schemas.errors import SourceError, StorageError
from nocturne.tasks.sources.downloads.download import (
    DownloadSpec,
    download,
    move_old_downloads,
    reject,
)
from nocturne.tasks.sources.downloads.remote_file import (
    RetryPolicy,
    Validators,
    display_url,
    name_of,
)
from nocturne.tasks.storage.root import Root
from tests.tasks.sources.archives_for_tests import tar_gz_of
from tests.tasks.sources.http_server import Behaviour, serving

CONTENT = tar_gz_of({"noise.mid": random.Random(1).randbytes(300_000)})
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FAST = RetryPolicy(attempts=3, backoff_seconds=0.01, timeout_seconds=1.0)
FOLDER = "downloads/c"
REPOSITORY = Path(__file__).parents[4]


def get(root, base, *, size=None, sha256=None, path="/x.tar.gz"):
    return download(root, FOLDER, DownloadSpec(base + path, "x.tar.gz", size, sha256), FAST)


def part_record(base) -> bytes:
    url_sha256 = hashlib.sha256(f"{base}/x.tar.gz".encode()).hexdigest()
    return Validators(url_sha256=url_sha256).model_dump_json().encode()


def left(root) -> list[str]:
    return [path.rpartition("/")[2] for path in root.files(FOLDER)]


FINISHED = ["x.tar.gz", "x.tar.gz.download.json"]


def test_a_plain_download_is_verified_recorded_and_reused(root):
    how = Behaviour(CONTENT)
    with serving(how) as base:
        first = get(root, base, size=len(CONTENT), sha256=SHA256)
        again = get(root, base, size=len(CONTENT), sha256=SHA256)
    assert root.read_bytes(first.path) == CONTENT
    assert (first.record.bytes, first.record.sha256) == (len(CONTENT), SHA256)
    assert (first.reused, again.reused) == (False, True)
    assert len(how.seen) == 1  # a pinned file is not asked for again
    assert left(root) == FINISHED


def test_progress_is_in_bytes_and_ends_at_the_total(root):
    told = []
    with serving(Behaviour(CONTENT)) as base:
        download(
            root,
            FOLDER,
            DownloadSpec(base + "/x", "x"),
            FAST,
            lambda done, of: told.append((done, of)),
        )
    assert told == sorted(told)
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_dropped_connections_are_resumed_where_they_broke(root):
    how = Behaviour(CONTENT, drop_after=[70_000, 50_000, 1, 100_000])
    with serving(how) as base:
        found = get(root, base)  # four drops in a row, but each brought something
    assert root.read_bytes(found.path) == CONTENT
    assert [asked for _, asked, _ in how.seen] == [
        None, "bytes=70000-", "bytes=120000-", "bytes=120001-", "bytes=220001-",
    ]  # fmt: skip
    assert [status for *_, status in how.seen] == [200, 206, 206, 206, 206]


def test_a_server_that_ignores_range_is_started_over(root):
    how = Behaviour(CONTENT, ranges=False, drop_after=[70_000, 90_000])
    with serving(how) as base:
        found = get(root, base)
    assert root.read_bytes(found.path) == CONTENT
    assert [status for *_, status in how.seen] == [200, 200, 200]


def test_without_validators_nothing_is_resumed_unless_the_hash_is_known(root):
    for sha256, ranges in ((None, [None, None]), (SHA256, [None, "bytes=70000-"])):
        how = Behaviour(CONTENT, etag=None, drop_after=[70_000])
        with serving(how) as base:
            get(root, base, sha256=sha256)
        assert [asked for _, asked, _ in how.seen] == ranges
        root.delete(FOLDER)


def test_a_later_run_resumes_the_part_of_an_earlier_one(root):
    how = Behaviour(CONTENT, drop_after=[70_000, 0, 0])
    with serving(how) as base:
        with pytest.raises(SourceError, match="first 70000 bytes are kept; check the address"):
            get(root, base)
        assert left(root) == ["x.tar.gz.part", "x.tar.gz.part.json"]
        found = get(root, base)
    assert root.read_bytes(found.path) == CONTENT
    assert how.seen[-1] == ("/x.tar.gz", "bytes=70000-", 206)


def test_a_file_that_changed_in_between_is_fetched_anew(root):
    how = Behaviour(bytes(10) + CONTENT, drop_after=[70_000, 0, 0])
    with serving(how) as base:
        with pytest.raises(SourceError):
            get(root, base)
        how.content, how.etag = CONTENT, '"v2"'
        assert root.read_bytes(get(root, base).path) == CONTENT


def test_a_part_that_is_already_whole_is_taken(root):
    how = Behaviour(CONTENT, lie=1000)  # promises more than it has
    with serving(how) as base:
        found = get(root, base)
    assert root.read_bytes(found.path) == CONTENT
    assert how.seen[-1] == ("/x.tar.gz", f"bytes={len(CONTENT)}-", 416)


def test_a_length_that_is_always_a_lie_ends_in_an_error(root):
    how = Behaviour(CONTENT, lie=1000, ranges=False)
    with serving(how) as base, pytest.raises(SourceError, match="3 attempts"):
        get(root, base)
    assert "x.tar.gz" not in left(root)


def test_a_length_that_is_too_short_is_caught_by_the_hash(root):
    with serving(Behaviour(CONTENT, lie=-1000)) as base, pytest.raises(SourceError, match="SHA"):
        get(root, base, sha256=SHA256)
    assert left(root) == ["x.tar.gz.rejected"]


@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_a_wrong_size_never_enters(root, size):
    with serving(Behaviour(CONTENT)) as base, pytest.raises(SourceError):
        get(root, base, size=size)
    assert "x.tar.gz" not in left(root)


def test_a_wrong_hash_keeps_the_evidence_and_never_enters(root):
    wrong = "0" * 64
    with serving(Behaviour(CONTENT)) as base:
        with pytest.raises(SourceError, match=f"SHA-256 {SHA256} where {wrong} is expected; kept"):
            get(root, base, sha256=wrong)
        assert left(root) == ["x.tar.gz.rejected"]
        assert root.read_bytes(f"{FOLDER}/x.tar.gz.rejected") == CONTENT
        assert get(root, base, sha256=SHA256).record.sha256 == SHA256
    assert left(root) == FINISHED  # what was rejected is of no use beside the right one


def test_what_stopped_downloads_of_other_files_left_is_cleared(root):
    for name in ("other.zip.part", "other.zip.part.json", "x.tar.gz.part", "kept.zip"):
        root.write_bytes(f"{FOLDER}/{name}", CONTENT[:1000])
    how = Behaviour(CONTENT)
    with serving(how) as base:
        root.write_bytes(f"{FOLDER}/x.tar.gz.part.json", part_record(base))
        get(root, base, sha256=SHA256)
    assert how.seen[0][1] == "bytes=1000-"  # its own part is gone on with
    assert left(root) == ["kept.zip", *FINISHED]


def test_downloads_of_older_versions_are_moved_and_gone_on_with(root):
    how = Behaviour(CONTENT)
    with serving(how) as base:
        old = {"x.tar.gz.part": CONTENT[:1000], "x.tar.gz.part.json": part_record(base)}
        for name, content in {**old, "y.zip": b"PK"}.items():
            root.write_bytes(f"raw/c/archive/{name}", content)
        move_old_downloads(root, "c")
        assert root.files("raw", recursive=True) == []
        assert left(root) == [*old, "y.zip"]
        get(root, base, sha256=SHA256)
    assert how.seen[0][1] == "bytes=1000-"


@pytest.mark.parametrize("harm", [b"", b"{", b"[]", b"\xff\xfe{}", b'{"colour": "red"}'])
def test_a_bad_record_is_written_again(root, harm):
    with serving(Behaviour(CONTENT)) as base:
        first = get(root, base, sha256=SHA256)
        root.write_bytes(f"{first.path}.download.json", harm)
        again = get(root, base, sha256=SHA256)
        assert (again.record, again.reused) == (first.record, False)
        assert get(root, base, sha256=SHA256).reused


def test_html_instead_of_an_archive_is_named(root):
    page = Behaviour(b"<!DOCTYPE html><p>Please log in</p>", content_type="text/html")
    with serving(page) as base, pytest.raises(SourceError, match="HTML page, not an archive"):
        get(root, base)
    assert left(root) == ["x.tar.gz.rejected"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(root, status):
    how = Behaviour(CONTENT, statuses=[status] * 5)
    with serving(how) as base, pytest.raises(SourceError, match=f"answers {status}"):
        get(root, base)
    assert len(how.seen) == 1


def test_passing_server_errors_are_borne_and_lasting_ones_end(root):
    with serving(Behaviour(CONTENT, statuses=[503, 429])) as base:
        assert get(root, base).record.sha256 == SHA256
    root.delete(FOLDER)
    how = Behaviour(CONTENT, statuses=[500] * 9)
    with serving(how) as base, pytest.raises(SourceError, match=r"answers 500 .*3 attempts"):
        get(root, base)
    assert len(how.seen) == 3


def test_a_slow_server_is_borne_and_a_stalled_one_resumed(root):
    slow = Behaviour(CONTENT[:8000], pause_seconds=0.2)  # longer in all than the time-out
    with serving(slow) as base:
        assert get(root, base).record.bytes == 8000
    assert len(slow.seen) == 1
    root.delete(FOLDER)
    stalled = Behaviour(CONTENT, stalls=1)
    with serving(stalled) as base:
        assert get(root, base).record.sha256 == SHA256
    assert stalled.seen[1][1] == f"bytes={len(CONTENT) // 2}-"


def test_an_unreachable_host_is_one_clear_line(root):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://user:secret@127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SourceError, match=r"cannot download .*3 attempts") as caught:
            get(root, base, path="/x.tar.gz?token=hidden")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_an_unpinned_file_is_asked_for_again_and_fetched_when_it_changed(root):
    how = Behaviour(CONTENT)
    with serving(how) as base:
        get(root, base)
        assert get(root, base).reused
        how.content, how.etag = tar_gz_of({"new.mid": b"new"}), '"v2"'
        changed = get(root, base)
    assert not changed.reused
    assert root.read_bytes(changed.path) == how.content
    assert left(root) == FINISHED
    gone = get(root, base)  # the server is gone: what is here serves, and that is said
    assert gone.reused
    assert "refused" in gone.trouble


def test_a_change_is_noticed_where_the_server_gives_neither_etag_nor_date(root):
    how = Behaviour(CONTENT, etag=None)
    with serving(how) as base:
        get(root, base)
        assert get(root, base).reused  # fetched, and the same
        assert len(how.seen) == 3  # asked, then fetched
        how.content = tar_gz_of({"new.mid": b"new"})
        changed = get(root, base)
    assert not changed.reused
    assert root.read_bytes(changed.path) == how.content
    assert left(root) == FINISHED


@pytest.mark.parametrize("status", [404, 410, 403, 500])
def test_a_file_that_the_server_has_lost_is_kept_and_that_is_said(root, status):
    how = Behaviour(CONTENT)
    with serving(how) as base:
        get(root, base)
        how.statuses = [status]
        found = get(root, base)
    assert found.reused
    assert f"answers {status}" in found.trouble


def test_a_download_that_is_too_large_or_takes_too_long_ends(root):
    small = replace(FAST, largest_bytes=len(CONTENT) - 1)
    with serving(Behaviour(CONTENT)) as base, pytest.raises(SourceError, match="not downloaded"):
        download(root, FOLDER, DownloadSpec(base + "/x", "x"), small)
    hasty = replace(FAST, total_seconds=0.0)
    with serving(Behaviour(CONTENT)) as base, pytest.raises(SourceError, match="longer than"):
        download(root, FOLDER, DownloadSpec(base + "/x", "x"), hasty)


def test_a_file_without_its_record_or_of_another_size_is_fetched_again(root):
    how = Behaviour(CONTENT)
    with serving(how) as base:
        found = get(root, base, sha256=SHA256)
        root.write_bytes(found.path, CONTENT[:100])
        assert not get(root, base, sha256=SHA256).reused
        root.delete(f"{found.path}.download.json")
        assert not get(root, base, sha256=SHA256).reused
    assert root.read_bytes(found.path) == CONTENT


def test_a_rejected_download_is_out_of_the_way(root):
    with serving(Behaviour(CONTENT)) as base:
        found = get(root, base)
        shown = reject(root, found)
        assert Path(shown).read_bytes() == CONTENT
        assert left(root) == ["x.tar.gz.rejected"]
        assert not get(root, base).reused


PROGRAM = """
import sys
from nocturne.tasks.sources.downloads.download import DownloadSpec, download
from nocturne.tasks.storage.root import (Root)
download(Root.open(sys.argv[1]), "downloads/c", DownloadSpec(sys.argv[2], "x.tar.gz"))
"""


def test_kill_9_in_mid_download_leaves_a_part_that_a_rerun_completes(root):
    how = Behaviour(CONTENT, pause_seconds=0.02)  # some 6 seconds in all
    with serving(how) as base:
        command = [sys.executable, "-c", PROGRAM, root.uri, f"{base}/x.tar.gz"]
        with subprocess.Popen(command, cwd=REPOSITORY) as process:
            part = Path(root.full(f"{FOLDER}/x.tar.gz.part"))
            while not part.exists() or part.stat().st_size < 1 << 16:
                assert process.poll() is None
                time.sleep(0.02)
            process.kill()
        held = part.stat().st_size
        assert left(root) == ["x.tar.gz.part", "x.tar.gz.part.json"]
        how.pause_seconds = 0.0
        assert get(root, base).record.sha256 == SHA256
    assert how.seen[-1] == ("/x.tar.gz", f"bytes={held}-", 206)
    assert left(root) == FINISHED


def test_a_root_that_is_not_local_gets_the_whole_file(tmp_path):
    base_folder = tmp_path / "bucket"
    base_folder.mkdir()
    root = Root("s3://bucket", fs.SubTreeFileSystem(str(base_folder), fs.LocalFileSystem()), "r")
    assert not root.is_local
    with serving(Behaviour(CONTENT, drop_after=[1000])) as base:
        found = get(root, base, sha256=SHA256)
        assert get(root, base, sha256=SHA256).reused
        with pytest.raises(SourceError, match=r"kept as s3://bucket/.*rejected"):
            get(root, base, sha256="0" * 64)
    assert root.read_bytes(found.path) == CONTENT
    assert left(root) == [*FINISHED, "x.tar.gz.rejected"]


def test_a_full_disk_is_one_clear_line_and_the_part_goes_on_later(root):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(Behaviour(CONTENT)) as base:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        try:
            with pytest.raises(StorageError, match=r"cannot write .*part: File too large"):
                get(root, base)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert root.size(f"{FOLDER}/x.tar.gz.part") == 100_000
        assert get(root, base).record.sha256 == SHA256


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://h/lmd/lmd_full.tar.gz?x=1#y", "lmd_full.tar.gz"),
        ("http://h", "archive"),
        ("http://h/a/..%2F..%2Fetc", "etc"),
        ("http://h/.hidden", "hidden"),
        ("http://h/caf%C3%A9 %00.zip", "caf___.zip"),
    ],
)
def test_names_of_downloads_are_safe(url, name):
    assert name_of(url) == name


def test_urls_are_shown_without_secrets():
    assert display_url("https://u:p@h:8/a.zip?sig=1#f") == "https://h:8/a.zip"
