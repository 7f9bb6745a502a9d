"""Which run is meant: new music, one that was cut off, or more of an old one."""

from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.pages import gallery
from nocturne.tasks.samples import batches, request
from nocturne.tasks.samples.batches import begin_run, write_batch
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.publish import clear_leftovers
from nocturne.tasks.samples.request import as_published, is_cut_off, requested_runs
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, contents, make, wander


def asked(root: Root, **changes: Any) -> GenerateConfig:
    return GenerateConfig(root=root.uri, notes=16, audio=False, **{"samples": 3} | changes)


def requested(root: Root, **changes: Any) -> SampleRun:
    """The run of a request that nobody else works on."""
    return as_published(root, requested_runs(root, asked(root, **changes), card_of())[0])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches and pages, and pictures that take no time."""
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 4)
    monkeypatch.setattr(gallery, "SAMPLES_PER_PAGE", 2)
    picture = b"\x89PNG" + b"IEND\xaeB`\x82"
    monkeypatch.setattr("nocturne.tasks.samples.writers.picture.draw", lambda notes: picture)


def test_an_empty_seed_makes_new_music_each_time(root: Root) -> None:
    runs = [make(root, requested(root)) for _ in range(3)]
    assert len({run.run_id for run in runs}) == 3
    assert len({root.read_bytes(f"samples/{run.run_id}/00000.mid") for run in runs}) == 3
    for run in runs:  # it is recorded, and makes the same again
        again = requested(root, seed=run.seed)
        assert again.run_id == run.run_id
        assert is_published(root, again)


def begun(root: Root, **changes: Any) -> SampleRun:
    """A run that was cut off after its first batch."""
    run = requested(root, samples=6, **changes)
    begin_run(root, run)
    write_batch(root, run, 0, [wander(i, 16) for i in range(4)])
    return run


def test_an_empty_seed_goes_on_with_the_same_request_that_was_cut_off(root: Root) -> None:
    cut_off = begun(root)
    runs = requested_runs(root, asked(root, samples=6), card_of())
    assert [run.run_id == cut_off.run_id for run in runs] == [True, False]
    assert runs[0] == cut_off
    assert begin_run(root, runs[0]) == [(4, 2)]
    make(root, runs[0])
    assert not is_cut_off(root, cut_off)
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


@pytest.mark.parametrize("steps", [[2, 5], [1, 1, 5], [7]])
def test_more_gives_the_bytes_of_a_run_made_at_once(root: Root, steps: list[int]) -> None:
    run = make(root, requested(root, seed=7))
    for more in steps:
        extended = requested(root, run=run.run_id, more=more)
        make(root, extended)
        assert is_published(root, extended)
        assert extended.run_id == run.run_id
    whole = make(root, requested(root, seed=7, samples=10))
    midi = {name: c for name, c in contents(root, whole).items() if name.endswith(".mid")}
    after = contents(root, run)
    assert len(midi) == 10
    assert {name: c for name, c in after.items() if name.endswith(".mid")} == midi
    assert set(after) == set(contents(root, whole))
    rows = root.read_table(f"samples/{run.run_id}/manifest.parquet")
    assert rows["index"].to_pylist() == list(range(10))


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


def test_more_without_a_run_goes_on_from_the_one_published_last(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [make(root, requested(root, seed=seed)) for seed in (1, 2, 3)]
    begun(root, seed=4)  # not published
    make(root, SampleRun(**dict(runs[0]) | {"run_id": "other-seed9-00000000"}))
    times = {f"samples/{run.run_id}/run.json": run.seed % 3 for run in runs}
    monkeypatch.setattr(Root, "modified", lambda self, paths: [times.get(p, 0) for p in paths])
    assert requested(root, more=1).run_id == runs[1].run_id


class KilledError(Exception):
    """The process ends here."""


def test_an_extension_cut_off_at_any_write_leaves_the_run_whole_and_is_gone_on_with(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_threads", _Here)
    monkeypatch.setattr(Root, "modified", lambda self, path: float("3-seed7" in path))
    write, results = Root.writing, []
    for kill_at in range(40):
        place = Root.open(f"{root.uri}/{kill_at}")
        run = make(place, requested(place, seed=7))
        left = [kill_at]

        def writing(self: Root, path: str, left: list[int] = left) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise KilledError
            return write(self, path)

        monkeypatch.setattr(Root, "writing", writing)
        config = {"run": run.run_id, "more": 4}
        with suppress(KilledError):
            make(place, requested(place, **config))
        killed = left[0] < 0
        monkeypatch.setattr(Root, "writing", write)
        folder = Path(place.full(f"samples/{run.run_id}"))
        rows = place.read_table(f"samples/{run.run_id}/manifest.parquet")
        assert rows.num_rows in (3, 7)
        assert all((folder / name).exists() for name in rows["file"].to_pylist())
        if killed:  # the same command again
            make(place, requested(place, **config))
        assert is_published(place, requested(place, run=run.run_id))
        assert not (folder / "parts").exists()
        result = {k: v for k, v in contents(place, run).items() if k != "run.json"}
        results.append(result)
        assert result == results[0]
        assert len(list(folder.glob("*.mid"))) == 7
        if not killed:
            break
    assert kill_at > 10
    assert not killed


class _Here:
    """Threads that are none: what is submitted is done at once."""

    def submit(self, work: Any, *arguments: Any) -> Any:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


def test_a_shorter_extension_clears_what_a_longer_one_left(root: Root) -> None:
    run = make(root, requested(root, seed=7))
    longer = requested(root, run=run.run_id, more=9)
    begin_run(root, longer)
    write_batch(root, longer, 8, [wander(i, 16) for i in range(8, 12)])
    assert is_published(root, requested(root, seed=7))
    clear_leftovers(root, requested(root, seed=7))
    assert root.exists(f"samples/{run.run_id}/00009.mid")  # the longer one may go on
    make(root, requested(root, run=run.run_id, more=2))
    assert not root.exists(f"samples/{run.run_id}/00009.mid")
    assert not root.exists(f"samples/{run.run_id}/parts")


def test_a_named_run_alone_is_finished_or_made_whole(root: Root) -> None:
    cut_off = begun(root)
    run = requested(root, run=cut_off.run_id)
    assert run == cut_off
    make(root, run)
    before = contents(root, run)
    root.delete(f"samples/{run.run_id}/00001.png")
    make(root, requested(root, run=run.run_id))
    assert contents(root, run) == before


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"more": 1}, "no finished run of model folk-small-20260102 under .* without --more first"),
        ({"run": "m-seed1-0123abcd", "more": 1}, "no run m-seed1-0123abcd under .*--run takes"),
        ({"run": "m-seed1-0123abcd"}, "no run m-seed1-0123abcd under"),
    ],
)
def test_no_run_to_go_on_from_is_one_line(root: Root, changes: dict[str, Any], line: str) -> None:
    with pytest.raises(SamplesError, match=line):
        requested(root, **changes)


def test_a_name_that_is_no_run_is_one_line(root: Root) -> None:
    with pytest.raises(SamplesError, match="music is no id of a run"):
        request.model_named(asked(root, run="music"))
    run = plan_run(asked(root, seed=3), card_of("a-seed1-model"))
    assert request.model_named(asked(root, run=run.run_id)) == "a-seed1-model"
    assert request.model_named(asked(root)) == "champion"


def test_more_of_what_is_not_finished_or_damaged_is_one_line(root: Root) -> None:
    run = begun(root, seed=5)
    with pytest.raises(SamplesError, match=f"is not finished: .* --run {run.run_id} first"):
        requested(root, run=run.run_id, more=1)
    make(root, run)
    root.write_bytes(f"samples/{run.run_id}/run.json", b"{")
    with pytest.raises(SamplesError, match=r"run\.json is damaged: run nocturne generate with"):
        requested(root, run=run.run_id, more=1)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [({"temperature": 0.5}, "--temperature"), ({"seed": 8}, "--seed"), ({"program": 3}, "--prog")],
)
def test_other_parameters_than_the_runs_are_refused(
    root: Root, changes: dict[str, Any], flag: str
) -> None:
    run = make(root, requested(root, seed=7))
    with pytest.raises(SamplesError, match=f"has {flag}.*leave {flag}.* out"):
        requested(root, run=run.run_id, more=1, **changes)
    requested(root, run=run.run_id, more=1, seed=7, program=73)  # its own


def test_another_models_weights_are_refused(root: Root) -> None:
    run = make(root, requested(root, seed=7))
    config = asked(root, run=run.run_id, more=1)
    card = card_of().model_copy(update={"weights_sha256": "b" * 64})
    with pytest.raises(SamplesError, match="other weights than model folk-small-20260102 has now"):
        requested_runs(root, config, card)


def test_a_run_grows_to_a_million_at_most(root: Root) -> None:
    run = make(root, requested(root, seed=7))
    with pytest.raises(SamplesError, match="would have 1,000,002 samples: at most 1,000,000"):
        requested(root, run=run.run_id, more=999_999)
