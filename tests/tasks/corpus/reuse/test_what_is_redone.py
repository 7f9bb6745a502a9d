"""What an ingest reads and extracts again, and what it says of that."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import FileChanges
from nocturne.schemas.reasons import Reason
from nocturne.tasks.corpus.notes import note_plan
from nocturne.tasks.corpus.reuse import known_songs, starting_point
from nocturne.tasks.sources.seen_files import FileStamp
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import song
from tests.tasks.corpus.reuse.night import Nights, rewrite_in_place
from tests.tasks.corpus.reuse.test_any_changes import renamed_track, transposed
from tests.tasks.sources.archives_for_tests import tar_gz_of

FILES = {f"{number:02d}.mid": song(number) for number in range(10, 20)}


@pytest.fixture
def nights(tmp_path: Path, workers: Workers) -> Nights:
    """Return a corpus of ten songs that is published."""
    nights = Nights(tmp_path, workers)
    nights.write({**FILES, "broken.mid": song(1)[:-5]})
    nights.ingest()
    assert nights.done() == (11, 11)
    assert nights.plan.changes == FileChanges(new=11)
    return nights


def same_as_from_nothing(nights: Nights, **changes: Any) -> bool:
    return nights.published() == nights.from_nothing(**changes)


def test_nothing_new_reads_nothing(nights: Nights) -> None:
    before = nights.published()
    nights.ingest()
    assert nights.raw.reused
    assert nights.done() == (0, 0)
    assert nights.plan.changes == FileChanges(reused=11)
    assert nights.published() == before


@pytest.mark.parametrize("name", ["00.mid", "155.mid", "99.mid"])
def test_a_new_file_is_all_that_is_read_wherever_it_comes_in_the_order(
    nights: Nights, name: str
) -> None:
    nights.write({name: song(77)})
    nights.ingest()
    assert nights.done() == (1, 1)
    assert nights.plan.changes == FileChanges(new=1, reused=11)
    assert (nights.plan.redo, nights.raw.read_because) == ("", "")
    assert same_as_from_nothing(nights)


def test_shards_before_the_new_file_are_left_as_they_are(nights: Nights) -> None:
    places = {
        path: Path(nights.root.full(path))
        for kind in ("raw", "notes", "files")
        for path in nights.root.files(f"{kind}/c")
    }
    before = {path: place.stat().st_ino for path, place in places.items()}
    nights.write({"99.mid": song(77)})
    nights.ingest()
    same = [path for path, place in places.items() if place.stat().st_ino == before[path]]
    assert [path.rpartition("/")[2] for path in same] == [
        f"shard-0000{number}.parquet" for _ in range(3) for number in range(2)
    ]
    assert nights.raw.shards_written == 1


def test_other_bytes_of_the_same_size_and_a_mended_file(nights: Nights) -> None:
    assert len(song(50)) == len(FILES["12.mid"])
    nights.write({"12.mid": song(50), "broken.mid": song(1)})
    dataset = nights.ingest()
    assert nights.done() == (2, 2)
    assert nights.plan.changes == FileChanges(changed=2, reused=9)
    assert (dataset.counts.accepted, dataset.counts.quarantined) == (11, 0)
    assert same_as_from_nothing(nights)


def test_a_removed_and_a_renamed_file_are_not_extracted(nights: Nights) -> None:
    (nights.folder / "11.mid").unlink()
    (nights.folder / "13.mid").rename(nights.folder / "17b.mid")
    nights.ingest()
    assert nights.done() == (1, 0)
    assert nights.plan.changes == FileChanges(new=1, reused=9, removed=2)
    assert same_as_from_nothing(nights)


def test_a_duplicate_takes_the_place_of_the_removed_file_without_extraction(
    nights: Nights,
) -> None:
    nights.write({"90.mid": song(11), "91.mid": renamed_track(12), "92.mid": song(13)[:-5]})
    nights.write({"93.mid": song(13)[:-5]})
    dataset = nights.ingest()
    assert nights.extracted == 2  # the bytes of song 11 are known, and those of 13 extracted once
    assert dataset.counts.duplicate == 3
    for name in ("11.mid", "12.mid", "92.mid"):
        (nights.folder / name).unlink()
    dataset = nights.ingest()
    assert nights.done() == (0, 0)
    assert (dataset.counts.accepted, dataset.counts.duplicate) == (10, 0)
    assert same_as_from_nothing(nights)


def test_a_new_first_file_makes_later_ones_duplicates(nights: Nights) -> None:
    nights.write({"00.mid": song(19), "01.mid": renamed_track(18)})
    dataset = nights.ingest()
    assert nights.done() == (2, 1)
    assert dataset.counts.duplicate == 2
    assert same_as_from_nothing(nights)


def test_families_change_with_a_near_duplicate(nights: Nights) -> None:
    nights.write({"00.mid": transposed(1), "99.mid": transposed(2)})
    assert nights.ingest().families == 11
    assert nights.done() == (2, 2)
    assert same_as_from_nothing(nights)


def test_another_share_of_broken_files_decides_anew_and_extracts_nothing(nights: Nights) -> None:
    broken = {f"bad {number}.mid": song(number)[:-5] for number in range(3)}
    nights.write(broken)
    with pytest.raises(CorpusError, match="over the limit of 20%"):
        nights.ingest(max_quarantined_share=0.2)
    nights.ingest()
    assert nights.done() == (0, 0)
    assert same_as_from_nothing(nights)


def test_another_extractor_reads_nothing_and_says_why_it_extracts(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = note_plan.EXTRACTOR_VERSION
    monkeypatch.setattr(note_plan, "EXTRACTOR_VERSION", 99)
    nights.write({"00.mid": song(77)})
    nights.ingest()
    assert nights.done() == (1, 12)
    assert nights.plan.redo == f"extractor version was {before} and is 99"
    assert same_as_from_nothing(nights)


def test_another_config_says_which_field(nights: Nights) -> None:
    changes = {"max_notes": 1000, "reader": "pretty_midi"}
    nights.ingest(**changes)
    assert nights.done() == (0, 11)
    assert nights.plan.redo == (
        "reader was symusic and is pretty_midi, max_notes was 200000 and is 1000"
    )
    assert same_as_from_nothing(nights, **changes)


def test_another_largest_file_reads_those_between_the_limits(nights: Nights) -> None:
    nights.write({"big.mid": song(3, 200), "bigger.mid": song(4, 400)})
    small, large = len(song(3, 200)) - 1, len(song(4, 400)) - 1
    nights.ingest(max_file_bytes=small)
    assert nights.raw.files_read == 2
    nights.ingest(max_file_bytes=large)
    assert nights.raw.files_read == 1  # big.mid
    assert same_as_from_nothing(nights, max_file_bytes=large)


def test_other_shards_are_cut_from_what_is_there(nights: Nights) -> None:
    nights.ingest(shard_files=5)
    assert nights.done() == (0, 0)
    assert same_as_from_nothing(nights, shard_files=5)


def test_bytes_changed_under_the_same_size_and_time_are_seen(nights: Nights) -> None:
    before = nights.published()
    rewrite_in_place(nights.folder / "12.mid", lambda _: song(50))
    nights.wait()
    nights.ingest()
    assert nights.done() == (1, 1)
    after, new = nights.published(), nights.from_nothing()
    markers = {path for path in new if path.startswith("corpora")}
    assert {path for path in new if after[path] != new[path]} == markers
    by_times = [json.loads(state["corpora/c/raw.json"])["fingerprint"] for state in (before, new)]
    assert by_times[0] == by_times[1]  # the name is taken, so that the new shards got another
    fingerprint = nights.plan.fingerprint
    nights.ingest()  # the new fingerprint stays
    assert (nights.plan.fingerprint, nights.done()) == (fingerprint, (0, 0))
    nights.write({"00.mid": song(77)})
    nights.ingest()
    assert nights.done() == (1, 1)
    assert same_as_from_nothing(nights)


def test_staged_shards_of_a_refused_ingest_are_not_taken_for_a_changed_file(
    nights: Nights,
) -> None:
    bad = {f"bad {number}.mid": song(number)[:-5] for number in range(3)}
    nights.write({**bad, "99.mid": song(77)})
    for extracted in (4, 0):
        with pytest.raises(CorpusError, match="over the limit of 10%"):
            nights.ingest(max_quarantined_share=0.1)
        assert nights.raw.files_read == extracted
    rewrite_in_place(nights.folder / "99.mid", lambda _: song(78))
    nights.wait()
    nights.ingest()
    assert nights.raw.files_read == 1
    after, new = nights.published(), nights.from_nothing()
    assert {path for path in new if after[path] != new[path]} <= {
        "corpora/c/notes.json",
        "corpora/c/raw.json",
    }


def test_where_no_time_tells_reread_does(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FileStamp.of
    monkeypatch.setattr(FileStamp, "of", lambda facts: real(facts)._replace(status_ns=0))
    nights.ingest()
    assert nights.raw.files_read == 11  # all have another time of status now
    rewrite_in_place(nights.folder / "12.mid", lambda _: song(50))
    nights.ingest()
    assert nights.done() == (0, 0)
    nights.ingest(reread=True)
    assert nights.done() == (11, 1)
    assert nights.raw.read_because == starting_point.REREAD
    nights.ingest(reread=True)
    assert (nights.raw.reused, nights.done()) == (True, (11, 0))


def test_a_file_written_while_it_was_read_is_read_again(tmp_path: Path, workers: Workers) -> None:
    nights = Nights(tmp_path, workers)
    nights.write(FILES)
    later = (nights.folder / "12.mid").stat().st_mtime_ns + 10**12
    os.utime(nights.folder / "12.mid", ns=(later, later))  # no time before the reading proves it
    nights.ingest()
    for _ in range(2):
        nights.ingest()
        assert (nights.raw.reused, nights.done()) == (True, (1, 0))


def test_without_a_record_all_is_read_and_nothing_extracted(nights: Nights) -> None:
    shutil.rmtree(Path(nights.root.base, ".cache", "sources"))
    nights.ingest()
    assert (nights.raw.reused, nights.done()) == (True, (11, 0))
    assert nights.raw.read_because == starting_point.NO_RECORD
    shutil.rmtree(Path(nights.root.base, ".cache", "sources"))
    nights.write({"00.mid": song(77)})
    nights.ingest()
    assert nights.done() == (12, 1)
    assert same_as_from_nothing(nights)


def test_a_corpus_of_the_version_before_is_the_base_of_the_first_run(nights: Nights) -> None:
    marker = nights.root.read_json("corpora/c/notes.json")
    del marker["extraction"]
    nights.root.write_json("corpora/c/notes.json", marker)
    shutil.rmtree(Path(nights.root.base, ".cache", "sources"))
    nights.write({"00.mid": song(77)})
    nights.ingest()
    assert nights.done() == (12, 1)
    assert same_as_from_nothing(nights)
    nights.root.write_json("corpora/c/notes.json", {**marker, "fingerprint": "0" * 16})
    nights.write({"01.mid": song(78)})
    nights.ingest()
    assert nights.done() == (1, 13)
    assert "the corpus does not say which" in nights.plan.redo


@pytest.mark.parametrize("kind", ["raw", "notes", "files"])
def test_a_lost_shard_of_the_published_corpus_is_made_from_the_source(
    nights: Nights, kind: str
) -> None:
    nights.root.delete(f"{kind}/c/shard-00001.parquet")
    nights.write({"00.mid": song(77)})
    nights.ingest()
    assert nights.done() == {"raw": (5, 1), "notes": (1, 5), "files": (1, 5)}[kind]
    assert same_as_from_nothing(nights)


def test_a_loss_of_the_worker_process_is_tried_again(nights: Nights) -> None:
    path = "files/c/shard-00002.parquet"
    files = nights.root.read_table(path)
    reasons = [reason and str(Reason.PARSER_TIMED_OUT) for reason in files["reason"].to_pylist()]
    index = files.schema.get_field_index("reason")
    lost = files.set_column(index, files.schema.field(index), [reasons])
    nights.root.write_table(path, lost)
    marker = nights.root.read_json("corpora/c/notes.json")
    marker["facts"]["files"]["shard-00002.parquet"]["bytes"] = nights.root.size(path)
    nights.root.write_json("corpora/c/notes.json", marker)
    nights.write({"99.mid": song(77)})
    nights.ingest()
    assert nights.done() == (1, 2)
    assert same_as_from_nothing(nights)


def test_an_archive_is_read_as_a_whole_and_its_new_members_extracted(
    nights: Nights, tmp_path: Path
) -> None:
    archive = tmp_path / "midi.tar.gz"
    nights.config = nights.config.copy_with(source=str(archive), replace=True)
    archive.write_bytes(tar_gz_of(FILES))
    nights.wait()
    nights.ingest()
    assert nights.done() == (10, 0)  # the folder had the same bytes
    nights.ingest()
    assert (nights.raw.reused, nights.done()) == (True, (0, 0))
    archive.write_bytes(tar_gz_of({**FILES, "99.mid": song(77)}))
    nights.wait()
    nights.ingest()
    assert nights.done() == (11, 1)
    assert nights.raw.read_because == starting_point.WHOLE
    assert nights.raw.shards_written == 1
    assert same_as_from_nothing(nights)


def test_where_files_cannot_have_two_names_they_are_moved_one_by_one(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    nights.write({"99.mid": song(77)})
    nights.ingest()
    assert same_as_from_nothing(nights)


def test_two_roots_of_one_folder_have_their_own_records(nights: Nights, tmp_path: Path) -> None:
    other = Root.open(str(tmp_path / "other"))
    nights.ingest(other)
    assert nights.done() == (11, 11)
    nights.ingest()
    assert nights.done() == (0, 0)


@pytest.mark.parametrize(("worth", "extracted"), [(16, 5), (1, 0)])
def test_songs_that_lie_scattered_are_extracted_where_that_is_quicker(
    tmp_path: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch, worth: int, extracted: int
) -> None:
    """Of nine old shards with a song each, four are read, or all."""
    monkeypatch.setattr(known_songs, "SONGS_WORTH_READING", worth)
    nights = Nights(tmp_path, workers, shard_files=1)
    nights.write({f"{number}.mid": song(number) for number in range(9)})
    nights.ingest()
    nights.ingest(shard_files=9)
    assert nights.done() == (0, extracted)
    assert same_as_from_nothing(nights, shard_files=9)
