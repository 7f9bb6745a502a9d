"""The generate flow with a real network, on Prefect's own throw-away server."""

import logging
from pathlib import Path

import pytest

from nocturne.flows.generate import generate
from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import BusyError, ModelError, StorageError
from nocturne.schemas.samples import checked
from nocturne.tasks import generate as tasks_of_generate
from nocturne.tasks.samples import batches, build, build_samples, request
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.model_for_tests import save_tiny_model
from tests.tasks.samples.test_build import counting

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("prefect_server")]


@pytest.fixture
def model_id(root: Root) -> str:
    """An untrained champion with a real vocabulary."""
    return save_tiny_model(root)


def midi_of(root: Root, run_id: str) -> list[bytes]:
    return [root.read_bytes(path) for path in root.files(f"samples/{run_id}", ".mid")]


def test_same_seed_same_bytes_and_an_identical_run_is_reused(
    root: Root,
    model_id: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = GenerateConfig(root=root.uri, samples=5, notes=20, seed=3, top_p=0.9)
    with caplog.at_level(logging.INFO):
        made = generate(config)
        assert (made.model_id, made.samples, made.reused) == (model_id, 5, False)
        assert made.caution.endswith("it was never evaluated; train it longer or on more songs")
        assert "Caution:" in Path(made.gallery).read_text()
        assert f"caution: {made.caution}" in caplog.text
        assert Path(made.gallery).is_file()
        assert f'href="{made.run_id}/index.html"' in root.read_bytes("samples/index.html").decode()
        manifest = checked(root.read_table(f"samples/{made.run_id}/manifest.parquet"))
        assert manifest["audio"].null_count == 0
        assert "already" not in caplog.text
        assert generate(config.copy_with(model=model_id)) == made.model_copy(
            update={"reused": True}
        )
        assert f"run {made.run_id} is already published: reused" in caplog.text
    first = midi_of(root, made.run_id)
    assert len(set(first)) == 5
    root.delete("samples")
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)  # neither does the batch size matter
    again = generate(config)
    assert (again.run_id, again.reused) == (made.run_id, False)
    assert midi_of(root, again.run_id) == first
    other = generate(config.copy_with(seed=4, audio=False))
    assert not set(midi_of(root, other.run_id)) & set(first)


def test_a_run_loads_its_model_once_and_each_task_opens_the_root_once(
    root: Root, model_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)
    config = GenerateConfig(root=root.uri, samples=5, notes=8, audio=False, seed=11)
    opened = counting(monkeypatch, Root, "open")
    loaded = counting(monkeypatch, tasks_of_generate, "load_model")
    cards = counting(monkeypatch, request, "read_card")
    made = generate(config)
    # The flow itself, plan_generation, publish_run, and generate_batch for each of three batches.
    assert len(opened) == 6
    assert len(loaded) == len(cards) == 1
    assert generate(config).reused
    assert len(opened) == 6 + 2
    assert len(loaded) == 1
    plain = Root.open(str(tmp_path / "plain"))
    save_tiny_model(plain)
    alike = build_samples(plain, config.copy_with(root=plain.uri))
    assert alike.run_id == made.run_id
    assert midi_of(plain, alike.run_id) == midi_of(root, made.run_id)


def test_an_interrupted_run_goes_on_where_it_stopped(
    root: Root, model_id: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)
    config = GenerateConfig(
        root=root.uri, samples=4, notes=8, audio=False, random_input="gaussian", seed=0
    )
    whole = generate(config)
    expected = midi_of(root, whole.run_id)
    folder = f"samples/{whole.run_id}"
    rows = root.read_table(f"{folder}/manifest.parquet").slice(0, 2)
    root.write_table(f"{folder}/parts/part-00000.parquet", rows)
    for name in ("index.html", "manifest.parquet", "00002.mid", "00003.mid"):
        root.delete(f"{folder}/{name}")
    with caplog.at_level(logging.INFO):
        assert not generate(config).reused
    assert f"2 samples of run {whole.run_id} are already written: kept" in caplog.text
    assert midi_of(root, whole.run_id) == expected


def test_an_empty_seed_makes_new_music_and_is_recorded(
    root: Root, model_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = GenerateConfig(root=root.uri, samples=2, notes=8, audio=False)
    with caplog.at_level(logging.INFO):
        runs = [generate(config) for _ in range(2)]
    assert not any(run.reused for run in runs)
    assert runs[0].seed != runs[1].seed
    assert not set(midi_of(root, runs[0].run_id)) & set(midi_of(root, runs[1].run_id))
    for run in runs:
        assert f"-seed{run.seed}-" in run.run_id
        assert root.read_json(f"samples/{run.run_id}/run.json")["config"]["seed"] == run.seed
        seeds = root.read_table(f"samples/{run.run_id}/manifest.parquet")["seed"].to_pylist()
        assert seeds == [run.seed] * 2
        assert f"seed {run.seed} was drawn" in caplog.text
        assert generate(config.copy_with(seed=run.seed)) == run.model_copy(update={"reused": True})


def test_a_run_with_an_empty_seed_that_was_cut_off_is_gone_on_with_by_one(
    root: Root, model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = GenerateConfig(root=root.uri, samples=2, notes=8, audio=False)

    def fails(*_: object) -> None:
        raise StorageError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(build, "publish_run", fails)
        with pytest.raises(StorageError):
            generate(config)
    (cut_off,) = root.folders("samples")
    with run_writer(root, cut_off, "m"):  # somebody else goes on with it
        assert generate(config).run_id != cut_off
    done = generate(config)
    assert (done.run_id, done.reused) == (cut_off, False)
    assert not root.exists(f"samples/{cut_off}/parts")
    assert generate(config).run_id != cut_off


def test_a_run_that_another_writes_is_refused_in_one_line(root: Root, model_id: str) -> None:
    config = GenerateConfig(root=root.uri, samples=1, notes=8, audio=False, seed=1)
    made = generate(config)
    with run_writer(root, made.run_id, made.model_id), pytest.raises(BusyError):
        generate(config)
    assert generate(config).reused


def test_more_goes_on_from_the_latest_run_and_from_a_named_one(root: Root, model_id: str) -> None:
    config = GenerateConfig(root=root.uri, samples=3, notes=8, audio=False, seed=5)
    first = generate(config)
    more = generate(GenerateConfig(root=root.uri, more=2))
    assert (more.run_id, more.samples, more.reused) == (first.run_id, 5, False)
    named = generate(GenerateConfig(root=root.uri, run=first.run_id, more=1))
    assert (named.run_id, named.samples) == (first.run_id, 6)
    whole = generate(config.copy_with(samples=6))
    assert midi_of(root, whole.run_id) == midi_of(root, first.run_id)
    assert generate(config) == named.model_copy(update={"reused": True})


def test_what_cannot_be_done_is_one_line(root: Root, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(StorageError, match="no storage root at"):
        generate(GenerateConfig(root=missing))
    assert not Path(missing).exists()
    with pytest.raises(ModelError, match="run nocturne train"):
        generate(GenerateConfig(root=root.uri))
    assert not root.exists("samples")


def test_damaged_metrics_are_as_none(root: Root, model_id: str) -> None:
    root.write_bytes(f"models/{model_id}/metrics.json", b"{")
    made = generate(GenerateConfig(root=root.uri, samples=1, notes=8, audio=False))
    assert "it was never evaluated" in made.caution


def test_an_unknown_model_lists_the_known(root: Root, model_id: str) -> None:
    with pytest.raises(ModelError, match="use champion, latest or one of folk-tiny"):
        generate(GenerateConfig(root=root.uri, model="folk-huge"))


def test_the_corpus_says_whose_champion_plays(
    root: Root, model_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = GenerateConfig(root=root.uri, samples=1, notes=8, audio=False, seed=1)
    with caplog.at_level(logging.INFO):
        assert generate(config).model_id == model_id
    words = f"model {model_id}, the champion of folk (factored), the corpus last trained"
    assert words in caplog.text
    assert generate(config.copy_with(corpus="folk")).reused
    with pytest.raises(ModelError, match="no champion of mine, under"):
        generate(config.copy_with(corpus="mine"))
