"""Which run is meant: new music, or a run that was cut off."""

from dataclasses import replace
from typing import Any

import pytest

from nocturne.schemas.errors import ModelError, SamplesError
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.samples import request
from nocturne.tasks.samples.batches import begin_run
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.request import is_interrupted, requested_runs
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.model_for_tests import TINY, save_tiny_model
from tests.tasks.samples.requests_for_tests import asked, begun, requested
from tests.tasks.samples.runs_for_tests import card_of, contents, make

pytestmark = pytest.mark.usefixtures("quick")


def test_an_empty_seed_makes_new_music_each_time(root: Root) -> None:
    runs = [make(root, requested(root)) for _ in range(3)]
    assert len({run.run_id for run in runs}) == 3
    assert len({root.read_bytes(f"samples/{run.run_id}/00000.mid") for run in runs}) == 3
    for run in runs:  # it is recorded, and makes the same again
        again = requested(root, seed=run.seed)
        assert again.run_id == run.run_id
        assert is_published(root, again)


def test_an_empty_seed_goes_on_with_the_same_request_that_was_cut_off(root: Root) -> None:
    cut_off = begun(root)
    runs = requested_runs(root, asked(root, samples=6), card_of())
    assert [run.run_id == cut_off.run_id for run in runs] == [True, False]
    assert runs[0] == cut_off
    assert begin_run(root, runs[0]) == [(4, 2)]
    make(root, runs[0])
    assert not is_interrupted(root, cut_off)
    assert len(requested_runs(root, asked(root, samples=6), card_of())) == 1


@pytest.mark.parametrize("change", [{"samples": 5}, {"tempo": 90.0}, {"notes": 17}])
def test_another_request_does_not_take_it_over(root: Root, change: dict[str, Any]) -> None:
    begun(root)
    config = asked(root, samples=6).copy_with(**change)
    assert len(requested_runs(root, config, card_of())) == 1
    assert len(requested_runs(root, asked(root, samples=6), card_of("other"))) == 1


def test_a_run_with_an_explicit_seed_is_not_taken_for_a_drawn_one(root: Root) -> None:
    begun(root, seed=5)
    (run,) = requested_runs(root, asked(root, samples=6), card_of())
    assert run.seed != 5


def test_the_first_request_finds_what_its_run_has_become(root: Root) -> None:
    first = make(root, requested(root, seed=7))
    make(root, requested(root, run=first.run_id, more=2))
    again = requested(root, seed=7)
    assert (again.run_id, again.config.samples) == (first.run_id, 5)
    assert is_published(root, again)
    before = contents(root, first)
    for name in ("run.json", "manifest.parquet"):
        root.delete(f"samples/{first.run_id}/{name}")
        again = requested(root, seed=7)
        assert again.config.samples == 5
        make(root, again)
        restored = contents(root, first)
        assert {k: v for k, v in restored.items() if k != "run.json"} == {
            k: v for k, v in before.items() if k != "run.json"
        }


def test_a_name_that_is_no_run_is_one_line(root: Root) -> None:
    with pytest.raises(SamplesError, match="music is no id of a run"):
        request.model_named(asked(root, run="music"))
    run = plan_run(asked(root, seed=3), card_of("a-seed1-model"))
    assert request.model_named(asked(root, run=run.run_id)) == "a-seed1-model"
    assert request.model_named(asked(root)) == "champion"


def test_a_model_that_has_not_learned_ends_says_so_before_any_work(root: Root) -> None:
    save_tiny_model(root)
    config = asked(root, bars=4, seed=1)
    assert "where songs end" not in request.request_samples(root, config).caution
    requested_runs(root, asked(root, ending=True), card_of(TINY))
    earlier = open_model(root, TINY).load()
    weights = dict(earlier.weights)
    out = f"head/{earlier.vocabulary.names[0]}/out"
    weights |= {out: weights[out][:, :-1], f"{out}_bias": weights[f"{out}_bias"][:-1]}
    vocabulary = earlier.vocabulary.model_copy(update={"version": 1})
    save_model(root, replace(earlier, vocabulary=vocabulary, weights=weights), card_of(TINY), {})
    assert request.request_samples(root, config).caution.endswith(
        "samples are cut off after 4 bars: the model has not learned where songs end"
    )
    with pytest.raises(ModelError, match="folk-tiny has not learned where songs end"):
        request.request_samples(root, asked(root, ending=True))
