"""What config fields change: every field says so, and fingerprints hold what they held before."""

import inspect
from typing import Annotated, get_args

import pytest
from pydantic import Field

import nocturne.schemas.config as configs
from nocturne.schemas.config import (
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    TidyConfig,
    TrainConfig,
)
from nocturne.schemas.config.changes import CIRCUMSTANCE, Changes, Result, changes_of

CLASSES = [
    value
    for name, value in inspect.getmembers(configs, inspect.isclass)
    if issubclass(value, Config) and name != "Config"
]
FIELDS = [(config, name) for config in CLASSES for name in config.model_fields]
NO_CHANGE = {
    IngestConfig: "root corpus source source_url source_sha256 workers max_quarantined_share "
    "max_shrink allow_shrink reread replace",
    PrepareConfig: "root corpus max_codebook_drift",
    TrainConfig: "root checkpoint_minutes resume promotion_margin min_test_songs drift_bound "
    "promotion answer_hours least_steps",
    GenerateConfig: "root program model corpus scheme run more",
    PromoteConfig: "root model corpus scheme rollback",
    TidyConfig: "root keep_champions candidate_days keep_runs run_days run_gib leftover_days",
}
TRAINING = (
    "scheme preset max_minutes max_epochs max_steps patience batch learning_rate clip_norm dropout "
    "transpose_down transpose_up new_share"
)
CHANGED: dict[tuple[type[Config], Result], str] = {
    (IngestConfig, "raw"): "shard_files max_file_bytes",
    (IngestConfig, "notes"): "reader timeout_seconds worker_memory_mib max_file_bytes max_notes "
    "max_song_seconds",
    (PrepareConfig, "sequences"): "scheme valid_share test_share min_song_notes",
    (TrainConfig, "model"): f"seed corpus {TRAINING} precision init_from",
    (TrainConfig, "weights"): f"seed {TRAINING} executor precision",
    (GenerateConfig, "samples"): "samples notes bars seconds ending tempo transpose key lowest "
    "highest metre temperature top_k top_p min_p random_input prime prime_bars prime_track "
    "keep_prime prime_to seed_to position choose redraws audio formats first_index seed",
}


@pytest.mark.parametrize(("config", "name"), FIELDS)
def test_every_field_of_every_config_says_what_it_changes(config: type[Config], name: str) -> None:
    try:
        changes = changes_of(config.model_fields[name])
    except TypeError as error:
        pytest.fail(f"{config.__name__}.{name}: {error}", pytrace=False)
    assert set(changes.results) <= set(get_args(Result))


@pytest.mark.parametrize(("config", "result"), CHANGED)
def test_a_fingerprint_holds_the_fields_that_it_held(config: type[Config], result: Result) -> None:
    assert config.fields_changing(result) == CHANGED[config, result].split()


@pytest.mark.parametrize("config", NO_CHANGE)
def test_the_other_fields_are_in_no_fingerprint(config: type[Config]) -> None:
    fields = config.model_fields.items()
    own = {result for stage, result in CHANGED if stage is config}
    none = [name for name, field in fields if not own & set(changes_of(field).results)]
    assert sorted(none) == sorted(NO_CHANGE[config].split())


def test_values_stand_under_their_names_in_the_order_of_the_config() -> None:
    found = IngestConfig(max_file_bytes=99, shard_files=7).fingerprint_fields("raw")
    assert list(found.items()) == [("shard_files", 7), ("max_file_bytes", 99)]


@pytest.mark.parametrize(
    ("name", "values"), [("precision", {"mixed": True, "auto": False}), ("max_steps", {9: True})]
)
def test_a_later_field_counts_only_where_it_makes_a_difference(
    name: str, values: dict[object, bool]
) -> None:
    for value, counts in values.items():
        config = TrainConfig().copy_with(**{name: value})
        assert (name in config.fingerprint_fields("model")) == counts
    assert name not in TrainConfig().fingerprint_fields("weights")


class Extended(GenerateConfig):
    """A config with two new fields, one of which does not say what it changes."""

    swing: Annotated[int, Changes("samples", unless=(0,))] = Field(0, title="s", description="s")
    silent: int = Field(0, title="Silent", description="Silent")
    twice: Annotated[int, CIRCUMSTANCE, CIRCUMSTANCE] = Field(0, title="T", description="T")


@pytest.mark.parametrize("name", ["silent", "twice"])
def test_a_field_that_does_not_decide_is_an_error_that_says_what_to_do(name: str) -> None:
    with pytest.raises(TypeError, match="annotate the field with exactly one of Ch"):
        changes_of(Extended.model_fields[name])


def test_an_annotation_stays_out_of_forms() -> None:
    assert "Changes" not in str(GenerateConfig.model_json_schema())
