"""The retrain and promote flows with a tiny network, on a throw-away Prefect server."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nocturne.flows.promote import promote
from nocturne.flows.retrain import retrain
from nocturne.flows.train import train
from nocturne.schemas.config import PromoteConfig, RetrainConfig, TrainConfig
from nocturne.schemas.errors import SourceError
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.models import known_models, read_card
from nocturne.tasks.nights.drift import recorded_drift
from nocturne.tasks.nights.records import read_nights
from nocturne.tasks.storage.layout import comparison_path
from nocturne.tasks.storage.root import Root
from tests.flows.tiny_training import counted_loads, tiny_training, write_song

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture(scope="module", autouse=True)
def tiny() -> Iterator[None]:
    with tiny_training():
        yield


def test_nights_make_a_model_where_there_is_something_to_learn(
    root: Root, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    songs = tmp_path / "songs"
    songs.mkdir()
    for number in range(12):
        write_song(songs, number)
    night = RetrainConfig(
        root=root.uri, source=str(songs), corpus="mine", workers=1, max_steps=2, batch=4
    )
    with caplog.at_level(logging.INFO), counted_loads() as loads:
        first = retrain(night)
        assert loads == {first.model_id: 1}
        assert "starts from nothing: there is no champion yet" in caplog.text
        assert not first.reused
        assert read_card(root, first.model_id).stopped == "all 2 steps done"
        assert "was trained for 2 of at least 100 steps" in first.caution
        assert "retrain: 12 files, 12 accepted, 0 quarantined, 0 duplicates" in caplog.text
        assert read_champion(root, "mine", "factored") is None  # two steps do not beat the n-grams
        promote(PromoteConfig(root=root.uri, model="latest"))
        champion = read_champion(root, "mine", "factored")
        assert champion is not None
        assert champion.model_id == first.model_id

        caplog.clear()
        loads.clear()
        for path in songs.iterdir():
            os.utime(path, (1, 1))
        second = retrain(night)
        assert (second.model_id, second.reused) == (first.model_id, True)
        why = f"nothing new to learn: {first.model_id} has learned from this data; all 2 steps done"
        assert second.no_news == why
        assert f"no news: {why}" in caplog.text
        assert "evaluate" not in caplog.text
        assert loads == {first.model_id: 1}
        assert (second.promoted, second.verdict) == (True, "is champion")
        assert train(night.subset(TrainConfig)) == second.model_copy(update={"no_news": ""})

        caplog.clear()
        loads.clear()
        for number in range(12, 18):  # one of them at least is a song to learn from
            write_song(songs, number)
        third = retrain(night)
        assert loads == {first.model_id: 1, third.model_id: 1}
        assert f"starts from the champion {first.model_id}, " in caplog.text
        assert f"from {first.model_id}: " in caplog.text
        assert read_card(root, third.model_id).config.init_from == first.model_id
    assert set(known_models(root)) == {first.model_id, third.model_id}

    nights = read_nights(root, "mine")[0]
    assert [one.outcome for one in nights] == ["kept", "no_news", "kept"]
    assert [one.model_id for one in nights] == [first.model_id, None, third.model_id]
    assert [one.champion_before for one in nights] == [None, first.model_id, first.model_id]
    assert nights[0].files is not None
    assert (nights[0].files.inputs, nights[0].files.new) == (12, 12)
    assert {"ingest", "prepare", "train model", "measure drift"} <= set(nights[0].seconds)
    assert nights[0].bits_per_note == first.bits_per_note
    assert nights[2].drift is not None
    assert nights[2].drift == recorded_drift(root, third.model_id)
    assert nights[2].drift.model_id == first.model_id
    assert "from that of" in root.read_bytes(f"models/{third.model_id}/report.html").decode()
    assert root.exists(comparison_path(third.model_id, first.model_id))
    assert "3 nights" in root.read_bytes("models/index.html").decode()

    promote(PromoteConfig(root=root.uri, model=third.model_id))
    back = promote(PromoteConfig(root=root.uri, rollback=True))
    assert back.model_id == first.model_id
    assert [one.model_id for one in back.history] == [
        first.model_id,
        third.model_id,
        first.model_id,
    ]


def test_a_night_that_fails_has_its_record(root: Root, caplog: pytest.LogCaptureFixture) -> None:
    night = RetrainConfig(root=root.uri, source="/nowhere/at/all", corpus="mine")
    with caplog.at_level(logging.INFO), pytest.raises(SourceError):
        retrain(night)
    (record,), damages = read_nights(root, "mine")
    assert (record.outcome, record.model_id, damages) == ("failed", None, [])
    assert record.reason.startswith("SourceError: ")
    assert "ingest failed after" in caplog.text
    assert "retrain failed after" in caplog.text
    assert root.files("nights/mine/under-way") == []
    assert "1 failed" in root.read_bytes("models/index.html").decode()
