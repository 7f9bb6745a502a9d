"""The figures of a root for Prometheus: exact values, and what of a damaged root is left."""

import time
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.nights import Drift, FileCounts
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.nights.records import record_path, write_night
from nocturne.tasks.pages.gauges import RootFigures
from nocturne.tasks.storage.layout import RUN_FILE, run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_model
from tests.tasks.nights.nights_for_tests import START, night

NOW = START + timedelta(days=3)
DRIFT = Drift(model_id="m", by_feature={"pitch": 0.25, "tempo": 0.125}, overall=0.25, bound=0.2)
FILES = FileCounts(inputs=10, accepted=7, quarantined=2, duplicate=1, new=3, reused=7)


def add_everything(root: Root) -> None:
    """Write two nights of a corpus, a champion, and a run of 16 samples."""
    add_model(root, "tunes-small-1", corpus="tunes")
    promote(root, "tunes-small-1", "for the test")
    last = {"outcome": "promoted", "seconds": {"ingest": 2.5, "train": 60.0}, "files": FILES}
    figures = {"songs": {"train": 6, "test": 1}, "bits_per_note": 2.25, "cache_bits_per_note": 2.5}
    for record in (night(0), night(1, drift=DRIFT, **last, **figures), night(2, outcome="failed")):
        write_night(root, record)
    config = GenerateConfig(samples=16, seed=0)
    run = SampleRun(run_id="r", model_id="m", vocabulary_id="v", program=0, config=config)
    root.write_bytes(run_path("r", RUN_FILE), run.model_dump_json().encode())


def figures(collector: RootFigures) -> dict[str, float]:
    """Return what Prometheus would read, by name and labels."""
    registry = CollectorRegistry()
    registry.register(collector)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        sample.name.removeprefix("nocturne_")
        + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_figure_of_a_root_each_of_the_last_night_that_has_it(root: Root) -> None:
    add_everything(root)
    found = figures(RootFigures(root.uri, NOW.timestamp))
    age = found.pop("champion_age_seconds tunes factored")
    assert abs(age - (NOW.timestamp() - time.time())) < 60
    assert found == {
        "root_readable": 1,
        "champion_cross_entropy tunes factored": 1.0,
        "champion_info tunes tunes-small-1 factored": 1,
        "champion_changes tunes factored": 1,
        "night_age_seconds tunes": 23 * 3600,
        "success_age_seconds tunes": 47 * 3600,
        "nights tunes promoted": 1,
        "nights tunes candidate": 0,
        "nights tunes kept": 1,
        "nights tunes no_news": 0,
        "nights tunes failed": 1,
        "nights tunes crashed": 0,
        "sample_runs": 1,
        "samples": 16,
        "night_files tunes inputs": 10,
        "night_files tunes accepted": 7,
        "night_files tunes quarantined": 2,
        "night_files tunes duplicate": 1,
        "night_files tunes new": 3,
        "night_files tunes reused": 7,
        "night_songs tunes train": 6,
        "night_songs tunes test": 1,
        "night_seconds tunes ingest": 2.5,
        "night_seconds tunes train": 60,
        "night_cross_entropy tunes model": 2.25,
        "night_cross_entropy tunes cache": 2.5,
        "drift tunes pitch": 0.25,
        "drift tunes tempo": 0.125,
        "drift tunes overall": 0.25,
        "drift_bound tunes": 0.2,
    }


def test_a_root_that_changes_and_is_damaged_is_read_as_far_as_it_can_be(root: Root) -> None:
    collector = RootFigures(root.uri, NOW.timestamp)
    assert figures(collector) == {"root_readable": 1, "sample_runs": 0, "samples": 0}
    add_everything(root)
    root.write_bytes(record_path(night(1)), b"{")
    root.write_bytes("models/tunes-small-1/metrics.json", b"{")
    root.write_bytes("samples/broken/run.json", b"{}")
    found = figures(collector)
    assert "champion_cross_entropy tunes factored" not in found
    assert (found["nights tunes kept"], found["nights tunes promoted"]) == (1, 0)
    assert (found["sample_runs"], found["samples"]) == (1, 16)


def test_a_root_that_is_not_there_says_only_that() -> None:
    assert figures(RootFigures("/nowhere/at/all")) == {"root_readable": 0}


def test_files_that_never_change_are_read_once(root: Root) -> None:
    add_everything(root)
    collector = RootFigures(root.uri, NOW.timestamp)
    before = figures(collector)
    root.write_bytes(record_path(night(0)), b"{")  # a record is never changed: it is not read again
    assert figures(collector) == before
