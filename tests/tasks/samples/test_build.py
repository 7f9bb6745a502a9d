"""Tests of the whole stage without Prefect: a run from a config, resumed and reused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import BusyError, ModelError
from nocturne.schemas.samples import checked
from nocturne.tasks.model.registry import open_models
from nocturne.tasks.samples import batches, build, build_samples
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
    assert checked(root.read_table(f"samples/{made.run_id}/manifest.parquet")).num_rows == 5
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
