"""A storage root on an object store: a real S3 server on this machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from moto.server import ThreadedMotoServer

from nocturne.flows.cli.commands import run
from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.tasks.corpus.notes.read_notes import load_note_dataset
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.request import as_published, requested_runs
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, make

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Return the URI of an empty bucket, address included; the environment has its keys."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    options = f"scheme=http&endpoint_override=127.0.0.1:{port}&allow_bucket_creation=true"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "someone")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield f"s3://music?{options}"
    server.stop()


def test_files_tables_and_listings_are_as_on_a_disk(bucket: str) -> None:
    root = Root.open(bucket)
    root.write_json("a/b.json", {"x": 1})
    root.write_table("a/t.parquet", pa.table({"x": [1, 2]}))
    assert root.read_json("a/b.json") == {"x": 1}
    assert root.read_table("a/t.parquet")["x"].to_pylist() == [1, 2]
    assert root.files("a") == ["a/b.json", "a/t.parquet"]
    assert root.folders("") == ["a"]
    root.delete("a")
    assert not root.exists("a/b.json")


def test_a_failed_write_publishes_nothing(bucket: str) -> None:
    root = Root.open(bucket)
    with pytest.raises(RuntimeError), root.writing("half") as stream:
        stream.write(b"half of it")
        raise RuntimeError
    assert not root.exists("half")


def test_no_message_shows_the_credentials(bucket: str) -> None:
    bucket = bucket.replace("s3://", "s3://someone:secret@")
    assert Root.open(bucket).display_path("x/y") == "s3://music/x/y"
    with pytest.raises(StorageError) as caught:
        Root.open(bucket.replace("127.0.0.1:", "127.0.0.1:1"), create=False).exists("x")
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("prefect_server", "quiet_logging")
def test_ingest_and_prepare_keep_a_corpus_there(
    bucket: str, shared_midi: Path, tmp_path: Path
) -> None:
    source = str(shared_midi / "chorales")
    place = ["--root", bucket, "--corpus", "bach"]
    assert run(["ingest", "--source", source, *place]) == 0
    assert run(["prepare", *place]) == 0
    root = Root.open(bucket)
    dataset = load_dataset(root, "bach", "factored")
    assert sum(dataset.songs.values()) > 90
    assert b'href="bach/report.html"' in root.read_bytes("quality/index.html")
    learned = PreparedCorpus(root, "bach", "factored", tmp_path).split("train")
    assert len(learned.ids) == dataset.notes["train"]

    notes = load_note_dataset(root, "bach").notes
    folder = root.full("notes/bach")
    assert ds.dataset(folder, filesystem=root.filesystem).count_rows() == notes
    assert root.files("staging", recursive=True) == []
    root.delete("notes/bach/shard-00000.parquet")
    with pytest.raises(CorpusError, match="is missing or cut short") as caught:
        load_note_dataset(root, "bach")
    assert "secret" not in str(caught.value)
    assert run(["ingest", "--source", source, *place]) == 0
    assert load_note_dataset(root, "bach").notes == notes


def test_a_run_of_samples_is_made_extended_and_made_whole_there(bucket: str) -> None:
    root = Root.open(bucket)
    config = GenerateConfig(root=bucket, samples=2, notes=16, audio=False)
    run = requested_runs(root, config, card_of())[0]
    make(root, run)
    assert is_published(root, run)
    more = config.copy_with(run=None, more=2)
    extended = requested_runs(root, more, card_of())[0]
    assert (extended.run_id, extended.config.samples) == (run.run_id, 4)
    make(root, extended)
    folder = f"samples/{run.run_id}"
    assert not root.files(f"{folder}/parts")
    root.write_bytes(f"{folder}/00001.png", b"")
    root.delete(f"{folder}/00003.mid")
    whole = as_published(root, requested_runs(root, config.copy_with(seed=run.seed), card_of())[0])
    assert not is_published(root, whole)
    make(root, whole)
    assert is_published(root, whole)
    assert len(root.files(folder, ".mid")) == 4
