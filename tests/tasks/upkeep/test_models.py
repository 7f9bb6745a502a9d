"""Which models stay: champions, those that a roll-back or the gate needs, and the young."""

from datetime import UTC, datetime, timedelta

import pytest

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.upkeep import Removal
from nocturne.tasks.model.registry.champion import promote, read_champion, record, roll_back
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.models import known_models, read_cards
from nocturne.tasks.model.registry.succession import standing
from nocturne.tasks.storage.layout import champion_path
from nocturne.tasks.storage.locking.locks import model_writer, run_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.kept_models import RIVAL, champion_needs, kept_models, model_lines
from nocturne.tasks.upkeep.models import find_models, remove_models
from tests.tasks.model.tiny_models import BEGIN, add_card, add_model

YEAR = (BEGIN + timedelta(days=365)).timestamp()
LINE = ("folk", "factored")


def tidied(root: Root, now: float = YEAR, **limits: float) -> list[str]:
    """Remove old models; return the ids of those that are left."""
    list(remove_models(root, TidyConfig(root=root.uri, **limits), now))
    return known_models(root)


def promoted(root: Root, count: int, better: float = 0.01) -> None:
    """Add so many models, one a day, each promoted by the gate with fewer bits than the last."""
    for day in range(count):
        add_model(root, f"m{day:02}", day=day)
        record(root, LINE, f"m{day:02}", "better", "gate", 3.0 - better * day)


def test_the_champion_the_last_n_before_it_and_the_young_stay(root: Root) -> None:
    promoted(root, 8)
    for day in (200, 352, 364):
        add_card(root, f"candidate{day}", day=day)
    left = tidied(root, keep_champions=2, candidate_days=14)
    # m07 is champion, m06 and m05 the last before it, m04 the third best: the gate compares four.
    assert left == ["candidate352", "candidate364", "m04", "m05", "m06", "m07"]
    for expected in ("m06", "m05"):
        assert roll_back(root, *LINE).model_id == expected
        assert find(root, "champion", "folk").model_id == expected


def test_the_best_before_the_champion_stay_however_long_ago(root: Root) -> None:
    promoted(root, 10, better=-0.001)  # each a little worse: the first is the best
    assert tidied(root, keep_champions=1) == ["m00", "m01", "m02", "m08", "m09"]
    assert tidied(root, keep_champions=0) == ["m00", "m01", "m02", "m09"]


def test_a_damaged_model_takes_no_place_of_a_whole_one(root: Root) -> None:
    promoted(root, 6)
    root.write_bytes("models/m04/weights.safetensors", b"cut")
    assert "m03" in tidied(root, keep_champions=1)
    assert roll_back(root, *LINE).model_id == "m03"


def test_a_rolled_back_model_is_a_candidate_like_others(root: Root) -> None:
    promoted(root, 3)
    roll_back(root, *LINE)
    assert tidied(root, keep_champions=1) == ["m00", "m01"]
    champion = read_champion(root, *LINE)
    assert champion
    assert [one.model_id for one in standing(champion.history)] == ["m00", "m01"]


def test_every_corpus_and_scheme_has_its_own(root: Root) -> None:
    add_card(root, "a")
    add_card(root, "b", corpus="mine")
    add_card(root, "c", scheme="song-max")
    for name in ("a", "c"):
        promote(root, name, "")
    assert tidied(root) == ["a", "c"]


def test_the_model_of_the_corpus_as_it_is_now_stays(root: Root) -> None:
    for day, name in enumerate(("old", "new", "other")):
        add_card(root, name, day=day, corpus="mine")
    dataset = {
        "fingerprint": "0123456789abcdef",
        "vocabulary_id": "v",
        "songs": {"train": 1, "valid": 1, "test": 1},
        "notes": {"train": 1, "valid": 1, "test": 1},
        "program": 0,
        "licence": "",
        "attribution": "",
    }
    card = root.read_json("models/other/card.json")
    root.write_json("models/other/card.json", {**card, "data_fingerprint": "f" * 16})
    root.write_json("corpora/mine/notes.json", {})
    root.write_json("corpora/mine/sequences-factored.json", dataset)
    assert tidied(root) == ["new"]


@pytest.mark.parametrize("path", [champion_path(*LINE), "models/b/card.json"])
def test_what_a_damaged_file_leaves_open_is_not_deleted(path: str, root: Root) -> None:
    for name in ("a", "b"):
        add_card(root, name)
    promote(root, "a", "")
    root.write_bytes(path, b"{")
    outcomes = list(find_models(root, TidyConfig(), YEAR))
    assert not [one for one in outcomes if isinstance(one, Removal)]
    assert "is damaged" in outcomes[0].why
    assert root.exists("models/b/card.json")


def test_a_model_that_a_run_plays_or_starts_from_stays_until_the_run_has_ended(root: Root) -> None:
    for name in ("a", "b", "c"):
        add_card(root, name)
    with run_writer(root, "a-seed1-01234567", "a"), model_writer(root, "x", ("models/b",)):
        assert tidied(root) == ["a", "b"]
    assert tidied(root) == []


def test_a_deletion_that_was_killed_is_ended_by_the_next(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        add_model(root, name)
    promote(root, "b", "")
    whole = root.all_files("models/a")
    delete = Root.delete
    for steps in range(3):
        left = [steps]

        def killed(self: Root, path: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            delete(self, path)

        with monkeypatch.context() as patch:
            patch.setattr(Root, "delete", killed)
            if steps < 2:
                with pytest.raises(KeyboardInterrupt):
                    tidied(root)
        assert known_models(root) == (["a", "b"] if steps == 0 else ["b"])
    assert 0 < len(root.all_files("models/a")) < len(whole)
    later = datetime.now(UTC).timestamp() + 4 * 86_400
    assert tidied(root, later) == ["b"]
    assert not root.exists("models/a")


def test_an_unfinished_model_stays_while_it_is_young_or_trained(root: Root) -> None:
    root.write_bytes("models/half/weights.safetensors", b"w")
    now = datetime.now(UTC).timestamp()
    tidied(root, now)
    assert root.exists("models/half")
    with model_writer(root, "half"):
        tidied(root, now + 4 * 86_400)
        assert root.exists("models/half")
    tidied(root, now + 4 * 86_400)
    assert not root.exists("models/half")


def test_the_reasons_name_what_needs_a_model(root: Root) -> None:
    promoted(root, 3)
    (line,) = model_lines(read_cards(root)[0])
    assert champion_needs(root, line, 1) == {
        "m02": "the champion",
        "m01": "champion 1 before the present one, for roll-backs",
        "m00": RIVAL,
    }
    young = kept_models(root, line, TidyConfig(candidate_days=1000), YEAR)
    assert set(young) == {"m00", "m01", "m02"}
