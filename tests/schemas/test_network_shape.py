"""Network shapes: what stored models of every version say, and the names of the presets."""

from typing import get_args

from nocturne.schemas.network_shape import (
    NETWORK_TITLES,
    PRESETS,
    PRESETS_IN_WORDS,
    NetworkName,
    NetworkShape,
    PresetName,
)


def test_a_shape_without_a_network_is_the_encoder_decoders_and_is_written_as_before() -> None:
    stored = '{"units":8,"layers":2,"window":8,"embedding":16,"head":8,"memory_notes":12}'
    shape = NetworkShape.model_validate_json(stored)
    assert shape.network == "encoder_decoder"
    assert shape.model_dump_json() == stored
    assert "network" not in shape.model_dump()
    other = shape.model_copy(update={"network": "another"})
    assert other.model_dump()["network"] == "another"


def test_every_preset_and_network_is_named() -> None:
    assert tuple(PRESETS) == get_args(PresetName)
    assert all(name in PRESETS_IN_WORDS for name in PRESETS)
    assert tuple(NETWORK_TITLES) == get_args(NetworkName)
