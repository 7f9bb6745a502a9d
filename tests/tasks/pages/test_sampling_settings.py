"""The settings that pages show follow from the fields of the config."""

from typing import Any

import pytest
from pydantic.fields import FieldInfo

from nocturne.schemas.config import GenerateConfig, SamplingConfig
from nocturne.tasks.pages.sampling_settings import (
    SHOWN_ELSEWHERE,
    settings_of_piece,
    settings_of_run,
)
from nocturne.tasks.samples.identity import plan_run
from tests.tasks.samples.runs_for_tests import card_of

ROW: dict[str, Any] = {
    "tempo": 90.0,
    "program": 0,
    "temperature": 0.85,
    "top_p": 1.0,
    "random_input": "gaussian",
    "notes": 48,
    "seed": 3,
}


def test_every_field_of_the_config_is_a_row() -> None:
    run = plan_run(GenerateConfig(temperature=0.85, seed=41), card_of())
    titles = {setting.title: setting.value for setting in settings_of_run(run)}
    fields = SamplingConfig.model_fields
    filled = {name for name in fields if getattr(run.config, name) is not None} | {"program"}
    assert set(titles) == {fields[name].title for name in filled - SHOWN_ELSEWHERE}
    assert titles["Temperature"] == "0.85"
    assert titles["Tempo (BPM)"] == "120"
    assert titles["Instrument (MIDI program)"] == "Flute (73)"  # the corpus's own


def test_a_piece_has_the_settings_of_its_row() -> None:
    texts = [setting.value for setting in settings_of_piece(ROW)]
    assert texts == ["90", "Acoustic Grand Piano (0)", "0.85", "1", "gaussian"]


def test_limits_are_shown_as_they_were_asked_for() -> None:
    asked = {"key": "d min", "lowest": 55, "temperature": "pitch=1.1", "metre": "6/8"}
    config = GenerateConfig.model_validate(asked | {"seed": 1})
    shown = {
        setting.title: setting.value for setting in settings_of_run(plan_run(config, card_of()))
    }
    assert (shown["Key"], shown["Lowest pitch"], shown["Metre"]) == ("D minor", "G3 (55)", "6/8")
    assert shown["Temperature"] == "pitch=1.1"
    assert not {"Highest pitch", "Transpose", "Top-k"} & set(shown)
    of_piece = settings_of_piece(
        ROW | {"temperature": None, "temperature_by_attribute": "pitch=1.1", "lowest": 55}
    )
    assert {("Temperature", "pitch=1.1"), ("Lowest pitch", "G3 (55)")} <= set(of_piece)


def test_a_new_field_needs_no_change_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        SamplingConfig.model_fields, "swing", FieldInfo(annotation=bool, title="Swing")
    )
    assert ("Swing", "yes") in settings_of_piece({**ROW, "swing": True})
    assert ("Swing", "no") in settings_of_piece({**ROW, "swing": False})
    for earlier in (ROW, {**ROW, "swing": None}):  # manifests of earlier versions
        assert len(settings_of_piece(earlier)) == 5
