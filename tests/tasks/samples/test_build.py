"""Tests of the whole stage without Prefect: a run from a config, resumed and reused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pretty_midi
import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import BusyError, ModelError, SamplesError
from nocturne.schemas.samples import checked
from nocturne.tasks.model.registry import open_models
from nocturne.tasks.samples import batches, build, build_samples
from nocturne.tasks.samples.manifest import FURTHER_COLUMNS
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.model_for_tests import save_tiny_model


def counting(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[Any]:
    """Let every call of a function add its arguments to the list returned."""
    calls: list[Any] = []
    function: Callable[..., Any] = getattr(owner, name)

    def counted(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        return function(*arguments, **options)

    monkeypatch.setattr(owner, name, counted)
    return calls


def midi_of(root: Root, run_id: str) -> list[bytes]:
    return [root.read_bytes(path) for path in root.files(f"samples/{run_id}", ".mid")]


def test_a_config_becomes_a_published_run_that_is_reused(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_id = save_tiny_model(root)
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)
    loads = counting(monkeypatch, open_models, "load_model")
    cards = counting(monkeypatch, build, "request_samples")
    at: list[tuple[float, float]] = []
    config = GenerateConfig(root=root.uri, samples=5, notes=8, seed=3)
    made = build_samples(root, config, lambda *progress: at.append(progress))
    assert (made.model_id, made.samples, made.reused) == (model_id, 5, False)
    assert "it was never evaluated" in made.caution
    assert at == [(done, 5) for done in range(1, 6)]
    assert len(loads) == len(cards) == 1  # for three batches
    assert len(set(midi_of(root, made.run_id))) == 5
    assert Path(made.gallery).is_file()
    assert made.run_id in root.read_bytes("samples/index.html").decode()
    assert (
        checked(
            root.read_table(f"samples/{made.run_id}/manifest.parquet"), FURTHER_COLUMNS
        ).num_rows
        == 5
    )
    assert build_samples(root, config) == made.model_copy(update={"reused": True})
    assert len(loads) == 1


def test_a_run_that_was_cut_off_is_gone_on_with(
    root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)
    config = GenerateConfig(root=root.uri, samples=4, notes=8, audio=False)
    save_tiny_model(root)
    calls = []

    def ends_after_one(*arguments: Any) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(arguments)
        write_batch(*arguments)

    write_batch = batches.write_batch
    with monkeypatch.context() as patch:
        patch.setattr(build, "write_batch", ends_after_one)
        with pytest.raises(KeyboardInterrupt):
            build_samples(root, config)
    (cut_off,) = root.folders("samples")
    with run_writer(root, cut_off, "m"):
        pass  # its lock was released
    written = counting(monkeypatch, build, "write_batch")
    made = build_samples(root, config)
    assert (made.run_id, made.reused, len(written)) == (cut_off, False, 1)
    whole = Root.open(str(tmp_path / "whole"))
    save_tiny_model(whole)
    again = build_samples(whole, config.copy_with(root=whole.uri, seed=made.seed))
    assert midi_of(whole, again.run_id) == midi_of(root, made.run_id)


def test_no_model_and_a_run_that_another_writes_are_one_line(root: Root) -> None:
    config = GenerateConfig(root=root.uri, samples=1, notes=8, audio=False, seed=1)
    with pytest.raises(ModelError, match="run nocturne train"):
        build_samples(root, config)
    save_tiny_model(root)
    made = build_samples(root, config)
    with run_writer(root, made.run_id, made.model_id), pytest.raises(BusyError):
        build_samples(root, config)


def test_pieces_of_a_run_are_made_again_under_their_numbers(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_tiny_model(root)
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)
    config = GenerateConfig(root=root.uri, samples=5, notes=8, audio=1, seed=3)
    whole = build_samples(root, config)
    at: list[tuple[float, float]] = []
    slower = config.copy_with(samples=3, first_index=2, tempo=90)
    part = build_samples(root, slower, lambda *progress: at.append(progress))
    assert at == [(1, 3), (2, 3), (3, 3)]
    for number in (2, 3, 4):
        first, again = (
            pretty_midi.PrettyMIDI(f"{run.folder}/{number:05}.mid") for run in (whole, part)
        )
        pitches = [[note.pitch for note in midi.instruments[0].notes] for midi in (first, again)]
        assert pitches[0] == pitches[1]
        assert again.get_tempo_changes()[1].tolist() == pytest.approx([90])
    files = [Path(path).name for path in root.files(f"samples/{part.run_id}", ".mid")]
    assert files == ["00002.mid", "00003.mid", "00004.mid"]
    assert len(root.files(f"samples/{part.run_id}", "00002.ogg")) == 1
    notes = root.read_table(f"samples/{part.run_id}/notes.parquet")
    assert notes["index"].to_pylist() == [2, 3, 4]
    assert build_samples(root, slower) == part.model_copy(update={"reused": True})
    longer = build_samples(root, GenerateConfig(root=root.uri, run=part.run_id, more=1))
    manifest = checked(
        root.read_table(f"samples/{longer.run_id}/manifest.parquet"), FURTHER_COLUMNS
    )
    assert manifest["index"].to_pylist() == [2, 3, 4, 5]
    assert manifest["constraint_bits"].null_count == 4


def test_a_limit_that_cannot_be_kept_is_refused_before_any_work(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_tiny_model(root)
    loads = counting(monkeypatch, open_models, "load_model")
    config = GenerateConfig(root=root.uri, key="as primed", random_input="gaussian")
    with pytest.raises(SamplesError, match="continues no notes whose key"):
        build_samples(root, config)
    assert not loads
    assert not root.folders("samples")
