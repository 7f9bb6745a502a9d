"""Going on from an old run: more samples of it, the same bytes, or one line why not."""

from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.samples import batches
from nocturne.tasks.samples.batches import begin_run, write_batch
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.publish import clear_leftovers
from nocturne.tasks.samples.request import requested_runs
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.requests_for_tests import asked, begun, requested
from tests.tasks.samples.runs_for_tests import card_of, contents, make, wander

pytestmark = pytest.mark.usefixtures("quick")


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
    write_batch(root, longer, 8, [Composition(wander(i, 16)) for i in range(8, 12)])
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
