"""What a dry run says, and that it writes nothing."""

from pathlib import Path
from typing import Any

import pytest

from nocturne.flows.cli.commands import run
from nocturne.schemas.config import (
    ComposeConfig,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
    TrainConfig,
)
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.tasks.corpus import build_notes, build_sequences
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.nights.records import write_night
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.forecast import (
    forecast_compose,
    forecast_generate,
    forecast_ingest,
    forecast_prepare,
    forecast_promote,
    forecast_retrain,
    forecast_train,
)
from tests.tasks.corpus.corpora_for_tests import fill, songs
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import add_card
from tests.tasks.nights.nights_for_tests import night
from tests.tasks.samples.runs_for_tests import write_run


def outcomes(forecast: Any) -> list[tuple[str, str]]:
    return [(stage.stage, stage.outcome) for stage in forecast.stages]


def test_a_source_is_named_without_its_secrets_on_one_line(root: Root, tmp_path: Path) -> None:
    address = "http://me:secret@host/x.zip?token=hidden"
    (stage,) = forecast_ingest(IngestConfig(root=root.uri, source=address)).stages
    assert stage.what == "http://host/x.zip is downloaded and read"
    folder = fill(tmp_path / "a\nb", songs(1))
    (stage,) = forecast_ingest(IngestConfig(root=root.uri, source=str(folder))).stages
    assert "a\\nb was never read" in stage.what


def test_what_is_there_is_reused_and_what_has_changed_is_made(root: Root, tmp_path: Path) -> None:
    source = fill(tmp_path / "source", songs(12))
    config = ComposeConfig(root=root.uri, corpus="a", source=str(source), workers=1)
    ingest, prepare = config.subset(IngestConfig), config.subset(PrepareConfig)
    assert outcomes(forecast_ingest(ingest)) == [("ingest", "made")]
    assert root.all_files("") == []
    build_notes(root, ingest)
    files = {info.path: info.mtime_ns for info in root.all_files("")}
    assert outcomes(forecast_ingest(ingest)) == [("ingest", "reused")]
    assert outcomes(forecast_prepare(prepare)) == [("prepare", "made")]
    assert outcomes(forecast_compose(config))[:2] == [("ingest", "reused"), ("prepare", "made")]
    assert {info.path: info.mtime_ns for info in root.all_files("")} == files
    build_sequences(root, prepare)
    assert outcomes(forecast_prepare(prepare)) == [("prepare", "reused")]
    again = RetrainConfig(root=root.uri, corpus="a", source=str(source), workers=1)
    assert outcomes(forecast_retrain(again))[:2] == [("ingest", "reused"), ("prepare", "reused")]
    assert outcomes(forecast_retrain(again))[2:] == [("train", "made")]
    (source / "new.mid").write_bytes(songs(1, first=50)["050.mid"])
    forecast = forecast_compose(config)
    assert [outcome for _, outcome in outcomes(forecast)] == ["made"] + ["depends"] * 3
    assert "has changed since it was read" in forecast.stages[0].what


def test_seconds_are_those_of_earlier_nights_or_not_known(root: Root) -> None:
    write_corpus(root, random_shards(40), "tunes")
    config = PrepareConfig(root=root.uri, corpus="tunes")
    assert forecast_prepare(config).seconds is None
    for number, seconds in enumerate((50.0, 10.0, 20.0)):
        write_night(root, night(number, seconds={"prepare": seconds}))
    write_night(root, night(4, outcome="no_news", seconds={"prepare": 0.1}))
    assert forecast_prepare(config).seconds == 20.0
    build_sequences(root, config)
    assert forecast_prepare(config).seconds == 0.0


def test_a_training_is_made_continued_or_reused(root: Root) -> None:
    write_corpus(root, random_shards(40), "tunes")
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))
    config = TrainConfig(root=root.uri, corpus="tunes", max_minutes=2)
    forecast = forecast_train(config)
    (stage,) = forecast.stages
    assert (stage.outcome, stage.seconds) == ("made", None)
    assert "from nothing, for 2 minutes at most" in stage.what
    name = stage.what.split()[1]
    add_card(root, "earlier", corpus="tunes")
    assert forecast_train(config).seconds == 120.0  # the model took 1195 s, the limit is shorter
    root.write_bytes(f".cache/checkpoints/{name}/checkpoint.safetensors", b"x")
    assert outcomes(forecast_train(config)) == [("train", "continued")]


def test_samples_are_made_or_reused(root: Root) -> None:
    made = write_run(root, 2, audio=False)
    add_card(root, made.model_id)
    card = root.read_json(f"models/{made.model_id}/card.json")
    changes = {"weights_sha256": "a" * 64, "vocabulary_id": "v" * 16, "program": 73}
    root.write_json(f"models/{made.model_id}/card.json", {**card, **changes})
    config = made.config.copy_with(model=made.model_id)
    assert outcomes(forecast_generate(config)) == [("generate", "reused")]
    root.delete(f"samples/{made.run_id}/00001.mid")
    (stage,) = forecast_generate(config).stages
    assert stage.outcome == "made"
    assert stage.what.startswith("2 samples of 48 notes are drawn from")  # the batch is drawn again
    new = GenerateConfig(root=root.uri, model=made.model_id, samples=3)
    assert outcomes(forecast_generate(new)) == [("generate", "made")]


def test_who_becomes_champion(root: Root) -> None:
    for day, name in enumerate(("a", "b")):
        add_card(root, name, day=day)
    promote(root, "a", "")
    config = PromoteConfig(root=root.uri)
    (stage,) = forecast_promote(config).stages
    assert stage.what == "b becomes champion of folk (factored), in place of a"
    promote(root, "b", "")
    assert outcomes(forecast_promote(config)) == [("promote", "reused")]
    (stage,) = forecast_promote(config.copy_with(rollback=True)).stages
    assert stage.what == "a becomes champion of folk (factored) again, in place of b"


def test_what_could_not_run_is_the_same_error(root: Root) -> None:
    with pytest.raises(CorpusError, match="unknown or unfinished corpus nope"):
        forecast_prepare(PrepareConfig(root=root.uri, corpus="nope"))
    with pytest.raises(CorpusError, match="nope is not prepared"):
        forecast_train(TrainConfig(root=root.uri, corpus="nope"))
    with pytest.raises(ModelError, match="no trained model"):
        forecast_generate(GenerateConfig(root=root.uri))


def test_a_dry_run_makes_no_root_and_starts_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nocturne.flows.cli.commands.flow_on_terminal", None)
    place = tmp_path / "none"
    assert run(["compose", "--dry-run", "--root", str(place), "--max-minutes", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"compose would do this in {place}; nothing is written"
    assert [line.split()[:2] for line in lines[1:]] == [
        ["ingest", "made:"],
        ["prepare", "depends:"],
        ["train", "depends:"],
        ["generate", "depends:"],
        ["in", "all"],
    ]
    assert "how long is not known" in lines[-1]
    assert not place.exists()
