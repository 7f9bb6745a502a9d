import hashlib
import os
from pathlib import Path

import pytest

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import SourceError
from nocturne.tasks.sources.downloads.web_archive import WebArchive
from nocturne.tasks.sources.folk import FolkTunes
from nocturne.tasks.sources.local_files import LocalFiles
from nocturne.tasks.sources.pinned_archives import LAKH, PinnedArchives
from nocturne.tasks.sources.source import SOURCES, is_download, kind_of, require_source, resolve
from nocturne.tasks.sources.source_file import RawFile, Skipped
from nocturne.tasks.storage.root import Root
from tests.tasks.sources.archives_for_tests import (
    SAMPLE,
    midi,
    tar_gz_of,
    tar_of,
    write_folder,
    zip_of,
)
from tests.tasks.sources.http_server import Behaviour, serving


def rows_of(root, source, **changes):
    config = IngestConfig(root=root.uri, corpus="c", source=str(source), **changes)
    return list(resolve(root, config).read(1 << 20, lambda done, total: None))


@pytest.mark.parametrize(
    ("spelling", "kind", "downloaded"),
    [
        ("folk", FolkTunes, False),
        ("lakh-clean", PinnedArchives, True),
        ("https://h/x.zip", WebArchive, True),
        ("./folk", LocalFiles, False),
        ("file:///music", LocalFiles, False),
        ("ftp://h/x.zip", LocalFiles, False),  # which refuses it
    ],
)
def test_every_spelling_has_one_kind(spelling, kind, downloaded):
    assert type(kind_of(spelling)) is kind
    assert is_download(IngestConfig(source=spelling)) == downloaded
    assert {type(one) for one in SOURCES} >= {kind}


def test_a_source_is_required_without_reading_it(root, tmp_path):
    require_source(root, IngestConfig(source="https://example.invalid/x.zip"))
    (tmp_path / "no.zip").write_bytes(b"no archive")
    require_source(root, IngestConfig(source=str(tmp_path / "no.zip")))
    with pytest.raises(SourceError, match="no folder or archive"):
        require_source(root, IngestConfig(source=str(tmp_path / "gone.zip")))


def test_folder_archives_and_url_give_the_same_rows(root, tmp_path):
    rows = rows_of(root, write_folder(tmp_path / "in", SAMPLE))
    assert [row.path for row in rows] == sorted(SAMPLE)
    for name, pack in {"s.tar": tar_of, "s.tgz": tar_gz_of, "s.zip": zip_of}.items():
        (tmp_path / name).write_bytes(pack(SAMPLE))
        assert sorted(rows_of(root, tmp_path / name)) == rows
    with serving(Behaviour(tar_gz_of(SAMPLE))) as base:
        assert sorted(rows_of(root, base + "/s")) == rows
    assert rows_of(root, (tmp_path / "in").as_uri()) == rows


def test_a_folder_is_read_in_a_fixed_order_whatever_order_it_was_written_in(root, tmp_path):
    names = ["b/z.mid", "b/a.mid", "a.mid", "b.mid", "B.mid", "c/1/2/3/x.mid"]
    for order in (names, names[::-1]):
        folder = write_folder(tmp_path / order[0].replace("/", ""), {n: midi(1) for n in order})
        found = [row.path for row in rows_of(root, folder)]
        assert found == ["B.mid", "a.mid", "b/a.mid", "b/z.mid", "b.mid", "c/1/2/3/x.mid"]


def test_pipes_and_linked_folders_are_named_and_linked_files_read(root, tmp_path):
    folder = write_folder(tmp_path / "in", {"x/a.mid": midi(1)})
    os.mkfifo(folder / "pipe.mid")  # reading it would wait for ever
    (folder / "x" / "round").symlink_to(folder)
    (folder / "linked.mid").symlink_to(folder / "x" / "a.mid")
    (folder / "broken.mid").symlink_to(folder / "nothing")
    rows = rows_of(root, folder)
    said = {row.path: row.reason for row in rows if isinstance(row, Skipped)}
    assert said == {
        "broken.mid": "cannot be read: No such file or directory",
        "pipe.mid": "a pipe or device, not a file",
        "x/round": "a link to a folder: links are not followed",
    }
    files = [row for row in rows if isinstance(row, RawFile)]
    assert [row.path for row in files] == ["linked.mid", "x/a.mid"]
    assert files[0].content == files[1].content == midi(1)


def test_names_that_are_not_utf8_get_a_readable_label(root, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.mid")).write_bytes(midi(1))
    assert [row.path for row in rows_of(root, folder)] == ["caf\\udce9.mid"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_skipped_and_named(root, tmp_path):
    folder = write_folder(tmp_path / "in", {"a.mid": midi(1), "b.mid": midi(2)})
    (folder / "a.mid").chmod(0)
    assert rows_of(root, folder)[0] == Skipped("a.mid", "cannot be read: Permission denied")


def test_a_file_that_fails_while_it_is_read_is_skipped_and_named(root, tmp_path):
    folder = write_folder(tmp_path / "in", {"b.mid": midi(2)})
    (folder / "a.mid").symlink_to("/proc/self/mem")  # regular, but its first page is unreadable
    assert rows_of(root, folder)[0] == Skipped("a.mid", "cannot be read: Input/output error")


def test_the_storage_root_inside_a_source_is_left_out(tmp_path):
    folder = write_folder(tmp_path / "in", {"a.mid": midi(1), "data/samples/b.mid": midi(2)})
    root = Root.open(str(folder / "data"))
    assert [row.path for row in rows_of(root, folder)] == ["a.mid"]
    with pytest.raises(SourceError, match="is the storage root itself"):
        rows_of(root, folder / "data")


@pytest.mark.parametrize("change", ["content", "name", "time", "new", "gone"])
def test_every_change_of_a_folder_changes_its_identity(root, tmp_path, change):
    folder = write_folder(tmp_path / "in", {"a.mid": midi(1), "b.mid": midi(2)})
    config = IngestConfig(root=root.uri, source=str(folder))
    before = resolve(root, config).identity
    assert resolve(root, config).identity == before
    if change == "content":
        (folder / "a.mid").write_bytes(midi(1) + b"x")
    elif change == "name":
        (folder / "a.mid").rename(folder / "c.mid")
    elif change == "time":
        os.utime(folder / "a.mid", (1, 1))
    elif change == "new":
        (folder / "c.mid").write_bytes(midi(3))
    else:
        (folder / "b.mid").unlink()
    assert resolve(root, config).identity != before


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("MISSING", r"there is no folder or archive .*MISSING"),
        ("EMPTY", r"holds no files; put MIDI files in it"),
        ("text.tar.gz", r"is not a \.tar\.gz, \.tar or \.zip archive"),
        ("page.zip", r"is an HTML page, not an archive"),
        ("one.mid", r"is a single MIDI file; name the folder"),
        ("cut.tar.gz", r"is cut short or damaged"),
        ("nothing.zip", r"is empty"),
    ],
)
def test_bad_sources_are_one_clear_line(root, tmp_path, source, said):
    (tmp_path / "EMPTY").mkdir()
    cut = tar_gz_of(SAMPLE)
    files = {"text.tar.gz": b"text" * 999, "page.zip": b"<html>", "one.mid": midi(1)}
    write_folder(tmp_path, files | {"cut.tar.gz": cut[:-9], "nothing.zip": b""})
    with pytest.raises(SourceError, match=said) as caught:
        rows_of(root, tmp_path / source)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "changes", "said"),
    [
        ("ftp://h/x.zip", {}, "only http:// and https://"),
        ("folk", {"source_url": "http://h/x"}, "mirror of lakh"),
        ("folk", {"source_sha256": "0" * 64}, "folk is neither"),
        ("http://[bad/x.zip", {}, "not an address"),
        ("https://", {}, "not an address"),
        ("http://xn--/x.zip", {}, "not an address"),
        ("http://a..b/x.zip", {}, "not an address"),
        ("http://h:99999/x.zip", {}, "not an address"),
        ("http://h:-1/x.zip", {}, "not an address"),
        ("http://h\n/x.zip", {}, r"http://h\\n/x.zip is not an address"),
        ("http://me:secret@[bad/x.zip", {}, r"^http://\[bad/x.zip is not an address"),
    ],
)
def test_settings_that_make_no_sense_are_refused(root, source, changes, said):
    with pytest.raises(SourceError, match=said):
        rows_of(root, source, **changes)


def test_the_hash_of_a_local_archive_is_checked(root, tmp_path):
    content = zip_of(SAMPLE)
    (tmp_path / "s.zip").write_bytes(content)
    right = hashlib.sha256(content).hexdigest()
    assert len(rows_of(root, tmp_path / "s.zip", source_sha256=right)) == len(SAMPLE)
    with pytest.raises(SourceError, match="where 0000"):
        rows_of(root, tmp_path / "s.zip", source_sha256="0" * 64)


def test_a_download_cut_short_at_the_server_is_rejected_and_fetched_anew(root):
    how = Behaviour(tar_gz_of(SAMPLE)[:-9])
    with serving(how) as base:
        with pytest.raises(SourceError, match=r"cut short .*kept as .*s\.rejected"):
            rows_of(root, base + "/s")
        how.content = tar_gz_of(SAMPLE)
        assert len(rows_of(root, base + "/s")) == len(SAMPLE)


@pytest.mark.parametrize("name", sorted(LAKH))
def test_a_lakh_mirror_is_held_to_the_pinned_size_or_to_the_given_hash(root, name):
    content = tar_gz_of(SAMPLE)
    with serving(Behaviour(content)) as base:
        with pytest.raises(SourceError, match=str(LAKH[name].size)):
            rows_of(root, name, source_url=base + "/lmd.tar.gz")
        sha256 = hashlib.sha256(content).hexdigest()
        config = IngestConfig(
            root=root.uri, source=name, source_url=base + "/lmd.tar.gz", source_sha256=sha256
        )
        source = resolve(root, config)
    assert (source.display_name, source.licence) == (name, "CC-BY 4.0")
    assert "Colin Raffel" in source.attribution
    assert LAKH[name].url.startswith("http://hog.ee.columbia.edu/craffel/lmd/")
