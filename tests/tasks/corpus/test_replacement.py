"""A corpus is replaced only by its own source, and only where few of its songs are lost."""

import shutil
from pathlib import Path

import pytest

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError, SourceError
from nocturne.tasks.corpus.notes.read_notes import accepted_songs
from nocturne.tasks.storage.layout import notes_marker
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import contents, fill, ingest, songs
from tests.tasks.sources.archives_for_tests import zip_of


@pytest.fixture
def config(root: Root, tmp_path: Path, workers: Workers) -> IngestConfig:
    """Return the config of an ingested corpus of 20 songs in the folder `midi`."""
    source = fill(tmp_path / "midi", songs(20))
    made = IngestConfig(root=root.uri, corpus="c", source=str(source), shard_files=8)
    ingest(root, made, workers)
    return made


def refused(root: Root, config: IngestConfig, workers: Workers) -> str:
    """Ingest what must be refused; return the one line, with everything published as it was."""
    before = published(root)
    with pytest.raises((CorpusError, SourceError)) as caught:
        ingest(root, config, workers)
    assert "\n" not in str(caught.value)
    assert published(root) == before
    return str(caught.value)


def published(root: Root) -> dict[str, bytes]:
    return {name: text for name, text in contents(root).items() if not name.startswith("staging/")}


@pytest.mark.parametrize("other", ["folk", "lakh-full"])
def test_another_named_source_is_refused_at_once(
    root: Root, config: IngestConfig, workers: Workers, other: str
) -> None:
    line = refused(root, config.copy_with(source=other), workers)
    assert line.startswith(f"corpus c was made from {config.source}, not from {other}: ")
    assert "--corpus" in line
    assert "--replace" in line
    assert not root.exists("downloads")
    assert not root.exists("staging")


def test_another_folder_is_refused_and_replace_takes_it(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    other = config.copy_with(source=str(fill(tmp_path / "other", songs(3, 100))))
    assert "was made from" in refused(root, other, workers)
    dataset, _ = ingest(root, other.copy_with(replace=True), workers)
    assert (dataset.counts.accepted, dataset.source) == (3, other.source)
    assert len(accepted_songs(root, "c", 1)) == 3
    assert ingest(root, other, workers) == (dataset, 0)  # it is the corpus's source from now on
    assert "was made from" in refused(root, config, workers)


def test_files_that_every_folder_has_do_not_make_two_sources_one(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    fill(tmp_path / "midi", {**songs(20), "readme.txt": b"text", "broken.mid": b"MThd"})
    ingest(root, config, workers)
    common = {"readme.txt": b"text", "broken.mid": b"MThd"}
    other = config.copy_with(source=str(fill(tmp_path / "other", {**songs(20, 100), **common})))
    assert "was made from" in refused(root, other, workers)


def test_the_same_music_elsewhere_is_the_same_source(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(tmp_path / "midi", moved)
    ingest(root, config.copy_with(source=str(moved)), workers)
    (tmp_path / "all.zip").write_bytes(zip_of({**songs(20), "new.mid": songs(1, 30)["030.mid"]}))
    dataset, _ = ingest(root, config.copy_with(source=str(tmp_path / "all.zip")), workers)
    assert dataset.counts.accepted == 21


def test_changed_files_in_the_same_folder_are_the_same_source(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    fill(tmp_path / "midi", songs(20, 50))  # not one song is left, but as many are there
    assert ingest(root, config, workers)[0].counts.accepted == 20


def test_a_marker_of_an_older_version_knows_its_source_too(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    marker = root.read_json(notes_marker("c"))
    for name in ("source_id", "peak_songs"):
        del marker[name]
    root.write_json(notes_marker("c"), marker)
    other = fill(tmp_path / "other", songs(20, 100))
    assert "was made from" in refused(root, config.copy_with(source=str(other)), workers)
    fill(tmp_path / "midi", songs(3))
    assert "20 songs" in refused(root, config, workers)
    fill(tmp_path / "midi", songs(21))
    assert ingest(root, config, workers)[0].counts.accepted == 21


def test_a_relative_path_of_an_older_version_may_have_been_another_folder(
    root: Root,
    config: IngestConfig,
    workers: Workers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marker = root.read_json(notes_marker("c"))
    del marker["source_id"]
    root.write_json(notes_marker("c"), {**marker, "source": "./midi"})
    fill(tmp_path / "elsewhere/midi", songs(20, 100))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert "from ./midi" in refused(root, config.copy_with(source="./midi"), workers)
    monkeypatch.chdir(tmp_path)
    assert ingest(root, config.copy_with(source="./midi"), workers)[0].counts.accepted == 20


def test_a_large_shrink_is_refused_until_it_is_allowed(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    fill(tmp_path / "midi", songs(3))
    line = refused(root, config, workers)
    assert line.startswith("corpus c has 20 songs and would keep at most 3 of ")
    assert "10%" in line
    assert "--allow-shrink" in line
    assert "--allow-shrink" in refused(root, config.copy_with(replace=True), workers)
    assert ingest(root, config.copy_with(allow_shrink=True), workers)[0].counts.accepted == 3
    fill(tmp_path / "midi", songs(20))
    assert ingest(root, config, workers)[0].counts.accepted == 20


def test_a_shrink_that_only_the_notes_show_is_refused_and_the_work_is_kept(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    """As many files as before, but most of them cut short: bytes that a bad mount lost."""
    cut = {name: content[:-5] for name, content in songs(20, 5).items()}
    fill(tmp_path / "midi", {**cut, **songs(10)})
    assert "20 songs" in refused(root, config.copy_with(max_quarantined_share=1), workers)
    meant = config.copy_with(max_quarantined_share=1, allow_shrink=True)
    dataset, extracted = ingest(root, meant, workers)
    assert (dataset.counts.accepted, extracted) == (10, 0)
    assert not root.exists("staging")


def test_a_source_that_is_empty_or_gone_is_refused(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    fill(tmp_path / "midi", {})
    assert "holds no files" in refused(root, config, workers)
    fill(tmp_path / "midi", {"readme.txt": b"not mounted"})
    assert "holds no MIDI" in refused(root, config.copy_with(allow_shrink=True), workers)
    shutil.rmtree(tmp_path / "midi")
    assert "there is no folder or archive" in refused(root, config, workers)


def test_an_archive_that_lost_members_is_refused(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    archive = config.copy_with(corpus="z", source=str(tmp_path / "songs.zip"))
    (tmp_path / "songs.zip").write_bytes(zip_of(songs(20)))
    ingest(root, archive, workers)
    (tmp_path / "songs.zip").write_bytes(zip_of(songs(4)))
    assert "corpus z has 20 songs" in refused(root, archive, workers)


def test_files_that_vanish_while_they_are_read_count_as_lost(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    folder = fill(tmp_path / "midi", songs(20))
    for path in sorted(folder.iterdir())[3:]:
        path.unlink()
        path.symlink_to("gone")
    assert "20 songs" in refused(root, config, workers)


def test_small_losses_are_taken_but_do_not_add_up_unseen(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path
) -> None:
    fill(tmp_path / "midi", songs(18))
    assert ingest(root, config, workers)[0].peak_songs == 20  # a tenth, exactly
    fill(tmp_path / "midi", songs(17))
    assert "20 songs" in refused(root, config, workers)
    assert ingest(root, config.copy_with(allow_shrink=True), workers)[0].peak_songs == 17


@pytest.mark.parametrize(("most", "left"), [(0.0, 20), (0.29, 15), (0.5, 10), (1.0, 1)])
def test_the_largest_shrink_is_configured(
    root: Root, config: IngestConfig, workers: Workers, tmp_path: Path, most: float, left: int
) -> None:
    fill(tmp_path / "midi", songs(left))
    ingest(root, config.copy_with(max_shrink=most), workers)
    if left > 1:
        fill(tmp_path / "midi", songs(left - 1))
        refused(root, config.copy_with(max_shrink=most), workers)
