"""Who becomes champion: never one further from the best than the margin, whatever happens."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nocturne.schemas.errors import ModelError
from nocturne.tasks.model import promotion
from nocturne.tasks.model.promotion import consider
from nocturne.tasks.model.registry.champion import promote, read_champion, roll_back
from nocturne.tasks.model.registry.models import read_metrics
from nocturne.tasks.storage.layout import METRICS_FILE, champion_path, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import PASSES, add_card

MARGIN = 0.02
SONGS = [None] * 20


class Measured:
    """Bits per note of made-up models, in place of songs and networks."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self.bits: dict[str, float] = {}
        self.broken: set[str] = set()
        self.measured: list[str] = []

    def add(self, name: str, bits: float, corpus: str = "folk") -> None:
        """Add an evaluated model."""
        add_card(self.root, name, corpus=corpus)
        self.root.write_json(model_path(name, METRICS_FILE), {**PASSES, "bits_per_note": bits})
        self.bits[name] = bits

    def __call__(self, _root: Root, model_id: str, _songs: object) -> float:
        """Stand for bits_on."""
        if model_id in self.broken:
            raise ModelError(f"{model_id} is damaged: of an older network; train the model again")
        self.measured.append(model_id)
        return self.bits[model_id]


@pytest.fixture
def models(root: Root, monkeypatch: pytest.MonkeyPatch) -> Iterator[Measured]:
    measured = Measured(root)
    monkeypatch.setattr(promotion, "bits_on", measured)
    monkeypatch.setattr(promotion, "held_out_songs", lambda *_: SONGS)
    monkeypatch.setitem(PASSES, "composite_bits_per_note", 99.0)
    yield measured


def now(root: Root, corpus: str = "folk") -> str | None:
    found = read_champion(root, corpus, "factored")
    return found.model_id if found else None


def test_the_champion_does_not_slide(root: Root, models: Measured) -> None:
    for number in range(300):
        models.add(f"m{number:03}", 1.87 + 0.01 * number)
        consider(root, f"m{number:03}", MARGIN)
        assert models.bits[now(root) or ""] <= 1.87 + MARGIN
    assert now(root) == "m002"


@pytest.mark.parametrize("seed", range(3))
def test_nor_does_it_under_random_bits_whatever_the_metrics_say(
    root: Root, models: Measured, seed: int
) -> None:
    """Bits on today's songs differ from those that were measured on the songs of another time."""
    random = np.random.default_rng(seed)
    best = np.inf
    for number in range(60):
        bits = 2.0 + 0.03 * random.standard_normal() + 0.004 * number
        models.add(f"m{number:03}", bits)
        root.write_json(model_path(f"m{number:03}", METRICS_FILE), PASSES)  # all alike
        if consider(root, f"m{number:03}", MARGIN).promoted:
            best = min(best, bits)
        assert models.bits[now(root) or ""] <= best + MARGIN


def test_a_gate_measures_few_models_however_long_the_history(root: Root, models: Measured) -> None:
    for number in range(40):
        models.add(f"m{number:02}", 3.0 - 0.01 * number)
        assert consider(root, f"m{number:02}").newly
    models.measured.clear()
    models.add("next", 2.0)
    consider(root, "next")
    assert models.measured == ["m39", "m38", "m37", "m36", "next"]


def test_a_deleted_best_is_followed_by_the_next_best(root: Root, models: Measured) -> None:
    for name, bits in (("a", 2.0), ("b", 1.9), ("c", 1.91), ("d", 1.92)):
        models.add(name, bits)
        consider(root, name, MARGIN)
    assert now(root) == "d"
    root.delete("models/b")
    models.add("e", 1.925)
    verdict = consider(root, "e", MARGIN)
    assert verdict.promoted
    assert "1.91 by c, the best champion so far" in verdict.reason
    assert "not compared with: b, deleted" in verdict.reason
    models.add("f", 1.935)
    assert not consider(root, "f", MARGIN).promoted


def test_a_model_of_an_older_network_is_left_out_and_named(root: Root, models: Measured) -> None:
    for name, bits in (("a", 1.0), ("b", 1.01)):
        models.add(name, bits)
        consider(root, name, MARGIN)
    models.broken.add("a")
    models.add("c", 1.025)
    verdict = consider(root, "c", MARGIN)
    assert verdict.promoted
    assert "not compared with: a is damaged: of an older network" in verdict.reason
    models.broken |= {"b", "c"}
    models.add("d", 5.0)
    assert consider(root, "d", MARGIN).promoted  # none that could defend its place
    assert now(root) == "d"


def test_rivals_without_finite_bits_are_left_out(root: Root, models: Measured) -> None:
    models.add("a", float("nan"))
    promote(root, "a", "", "gate")
    models.add("b", 2.0)
    assert "a, which has no finite bits" in consider(root, "b", MARGIN).reason
    assert now(root) == "b"


def test_what_a_person_chose_is_what_the_next_are_measured_by(root: Root, models: Measured) -> None:
    models.add("a", 1.0)
    consider(root, "a", MARGIN)
    models.add("b", 3.0)
    promote(root, "b", "it sounds better")
    models.add("c", 3.01)
    assert consider(root, "c", MARGIN).promoted
    models.add("d", 3.025)
    assert not consider(root, "d", MARGIN).promoted  # no further from the person's choice
    roll_back(root, "folk", "factored", lambda *_: None)
    roll_back(root, "folk", "factored", lambda *_: None)
    assert now(root) == "a"
    models.add("e", 3.0)
    assert not consider(root, "e", MARGIN).promoted


def test_a_model_that_was_rolled_back_from_does_not_come_back_by_itself(
    root: Root, models: Measured
) -> None:
    for name, bits in (("a", 2.0), ("b", 1.0)):
        models.add(name, bits)
        consider(root, name, MARGIN)
    roll_back(root, "folk", "factored", lambda *_: None)
    verdict = consider(root, "b", MARGIN)  # as every night that finds nothing new would
    assert not verdict.promoted
    assert "nocturne promote b makes it champion again" in verdict.reason
    models.add("c", 1.5)
    assert consider(root, "c", MARGIN).promoted  # b defends nothing: it was taken back
    promote(root, "b", "by hand")
    assert now(root) == "b"


def test_corpora_and_schemes_are_never_compared(root: Root, models: Measured) -> None:
    models.add("a", 1.0)
    models.add("m", 18.6, corpus="mine")
    assert consider(root, "a").newly
    assert consider(root, "m").newly
    assert (now(root), now(root, "mine")) == ("a", "m")
    assert not consider(root, "m").newly  # it is champion already


def test_with_too_few_test_songs_the_champion_stays(
    root: Root, models: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    models.add("a", 2.0)
    models.add("b", 1.0)
    assert consider(root, "a", min_test_songs=21).newly  # nobody to compare it with
    verdict = consider(root, "b", min_test_songs=21)
    assert not verdict.promoted
    assert "the champion stays: 20 test songs are too few" in verdict.reason
    monkeypatch.setattr(promotion, "held_out_songs", lambda *_: [])  # its notes are gone
    assert not consider(root, "b").promoted
    assert "0 test songs" in read_metrics(root, "b").verdict
    monkeypatch.setattr(promotion, "held_out_songs", lambda *_: SONGS)
    assert consider(root, "b", min_test_songs=20).newly


def test_a_damaged_pointer_stays_as_it_is_and_is_the_verdict(root: Root, models: Measured) -> None:
    models.add("a", 2.0)
    root.write_bytes(champion_path("folk", "factored"), b'{"model_id')
    verdict = consider(root, "a")
    assert not verdict.promoted
    assert "factored.json is damaged" in verdict.reason
    assert root.read_bytes(champion_path("folk", "factored")) == b'{"model_id'


def _at_once(*calls: Callable[[], object]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_two_trainings_that_end_together_the_better_is_champion(
    root: Root, models: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, bits in (("a", 3.0), ("good", 2.0), ("bad", 2.5)):
        models.add(name, bits)
    consider(root, "a")

    def slowly(_root: Root, model_id: str, _songs: object) -> float:
        deadline = time.monotonic() + 1
        while model_id == "bad" and now(root) != "good" and time.monotonic() < deadline:
            time.sleep(0.01)  # were it not for the lock, good would be champion by now
        return models.bits[model_id]

    monkeypatch.setattr(promotion, "bits_on", slowly)
    _at_once(lambda: consider(root, "bad"), lambda: consider(root, "good"))
    assert now(root) == "good"


def test_no_rival_is_measured_on_songs_that_it_has_learned_though_better_ones_are_deleted(
    root: Root, models: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        models.add(f"m{number}", 2.0 - 0.1 * number)
        consider(root, f"m{number}")
    for name in ("m3", "m4", "m5"):
        root.delete(f"models/{name}")
    models.add("new", 1.3)
    asked: list[str] = []
    monkeypatch.setattr(promotion, "all_learned", lambda _root, names: asked.extend(names))
    models.measured.clear()
    consider(root, "new")
    assert set(models.measured) == {"new", "m6", "m2", "m1", "m0"} == set(asked)
