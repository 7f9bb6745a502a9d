"""A year of nights, each with its tidy: the disk stays flat, roll-backs work, history is whole.

A soak test: `pytest -m soak tests/tasks/upkeep` prints its figures with -s. Eleven nights are in
the suite.
"""

import statistics
import time
from pathlib import Path

import pytest

from nocturne.tasks.model.registry.champion import roll_back
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.model.registry.open_models import damage_of
from nocturne.tasks.nights.records import read_nights
from nocturne.tasks.upkeep.verify import verify
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.upkeep.simulated_nights import LIMITS, LINE, Nights, simulated_nights


def require_whole(nights: Nights) -> None:
    """Check history, files and the roll-backs after any number of nights."""
    records, damages = read_nights(nights.root)
    assert damages == []
    assert [night.run for night in records] == [f"{day:08x}" for day in range(nights.day)]
    assert [night.outcome for night in records] == nights.outcomes
    assert verify(nights.root).findings == ()
    champion = nights.champion
    assert champion
    promoted = [one for one in champion.history if one.by == "gate"]
    assert len(promoted) == nights.outcomes.count("promoted")
    for earlier, later in zip(champion.history, champion.history[1:], strict=False):
        assert later.previous == earlier.model_id
    for _ in range(min(LIMITS.keep_champions, len(promoted) - 1)):
        back = roll_back(nights.root, *LINE)  # loads the weights
        assert back.history[-1].reason.startswith("rolled back from")
        assert damage_of(nights.root, back.model_id) is None


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_year_of_nights(tmp_path: Path, workers: Workers) -> None:
    began = time.process_time()
    with simulated_nights(tmp_path, workers, trains=True) as nights:
        for _ in range(365):
            nights.night()
            assert nights.seconds[-1] < 120
        cpu_seconds = time.process_time() - began
        steady, last = nights.bytes[65:165], nights.bytes[-100:]
        print(
            f"\n365 nights in {cpu_seconds:.0f} CPU-seconds, {sum(nights.seconds):.0f} s; a night: "
            f"median {statistics.median(nights.seconds):.2f} s, longest {max(nights.seconds):.2f} s"
            f"\nbytes after night 65-165: at most {max(steady):,}; 265-365: at most {max(last):,}"
            f"\nmodels left {len(known_models(nights.root))}, runs left "
            f"{len(nights.root.folders('samples'))}; outcomes "
            f"{ {one: nights.outcomes.count(one) for one in sorted(set(nights.outcomes))} }"
        )
        assert max(last) <= 1.05 * max(steady)
        assert nights.outcomes.count("no_news") >= 36
        assert 20 < nights.outcomes.count("promoted") < 300
        require_whole(nights)


def test_eleven_nights(tmp_path: Path, workers: Workers) -> None:
    with simulated_nights(tmp_path, workers, trains=False) as nights:
        for _ in range(11):
            nights.night()
        assert nights.outcomes[9] == "no_news"
        require_whole(nights)
