"""A made-up year of nights with every outcome, and the champions that it leaves."""

import math
import random
from datetime import timedelta

from nocturne.schemas.model_card import Champion, Promotion
from nocturne.schemas.nights import FEATURE_TITLES, Drift, FileCounts, NightRecord
from nocturne.tasks.nights.records import write_night
from nocturne.tasks.storage.layout import champion_path
from nocturne.tasks.storage.root import Root
from tests.tasks.nights.nights_for_tests import START, night

ROLLED_BACK = 200  # the night after which a person takes a promotion back
GAP = range(120, 124)  # nights without a record


def year_of_nights(count: int = 365, corpus: str = "tunes") -> list[NightRecord]:
    """Return `count` nights; each seventh night promotes, some fail, crash or have no news."""
    draw = random.Random(1)
    nights: list[NightRecord] = []
    champion, best = None, 3.2
    for number in range(count):
        if number in GAP:
            continue
        outcome = _outcome(number)
        fields = {"corpus": corpus, "champion_before": champion, "outcome": outcome}
        if outcome in ("promoted", "kept", "candidate"):
            model_id = f"{corpus}-small-{number:08x}"
            bits = best - 0.01 if outcome == "promoted" else best + abs(draw.gauss(0, 0.15))
            if outcome == "promoted":
                champion, best = model_id, bits
            fields |= _model(draw, model_id, bits, number)
        if nights:
            fields["drift"] = _drift(draw, nights[0].model_id or "", number)
        fields |= {"champion_after": champion, "champion_bits_per_note": best if champion else None}
        nights.append(night(number, **fields, reason=REASONS[outcome]))
    return nights


REASONS = {
    "promoted": "promoted: 0.42 bits per note below the composite baseline; samples pass; 1.93 "
    "bits per note on 300 test songs, 1.94 by tunes-small-00000007, the best champion so far",
    "kept": "not promoted: 2.13 bits per note on 300 test songs are worse than the 1.94 of "
    "tunes-small-00000007, the best champion so far",
    "candidate": "passed the gate; no answer within 8 hours",
    "no_news": "nothing new to learn: tunes-small-00000007 has learned from this data",
    "failed": "SourceError: no folder /srv/midi: is it mounted?",
    "crashed": "the run ended without a word: its process was killed, or its machine lost",
}


def _outcome(number: int) -> str:
    for every, outcome in ((61, "crashed"), (29, "failed"), (7, "promoted"), (5, "no_news")):
        if number % every == every - 1:
            return outcome
    return "promoted" if number == 0 else "candidate" if number % 50 == 0 else "kept"


def _model(draw: random.Random, model_id: str, bits: float, number: int) -> dict[str, object]:
    return {
        "model_id": model_id,
        "bits_per_note": bits,
        "composite_bits_per_note": 2.6 - number / 2000,
        "cache_bits_per_note": 2.3 - number / 2000 + draw.gauss(0, 0.01),
        "files": FileCounts(
            inputs=5000 + number, accepted=4900, quarantined=60, duplicate=40 + number,
            new=number % 9, reused=5000 + number - number % 9,
        ),
        "songs": {"train": 3920, "valid": 490, "test": 490},
        "notes": {"train": 800_000, "valid": 100_000, "test": 100_000},
        "seconds": {"ingest": 12.0, "prepare": 3.5, "train model": 2400.0, "evaluate model": 61.0},
        "sample_figures": {
            "mean_overlap": 0.8 + draw.gauss(0, 0.02),
            "repetition": 0.4 + draw.gauss(0, 0.03),
            "degenerate_share": max(0.0, draw.gauss(0.01, 0.01)),
            "copied_share": max(0.0, draw.gauss(0.0, 0.01)),
            "looping_share": max(0.0, draw.gauss(0.02, 0.01)),
        },
        "held_out_figures": {"repetition": 0.52},
    }  # fmt: skip


def _drift(draw: random.Random, model_id: str, number: int) -> Drift:
    height = 0.02 + 0.1 * math.sin(number / 58) ** 4
    figures = {name: abs(draw.gauss(height / 3, 0.004)) for name in FEATURE_TITLES}
    figures["tempo"] = height
    return Drift(model_id=model_id, by_feature=figures, overall=max(figures.values()), bound=0.1)


def champions_of(nights: list[NightRecord]) -> Champion:
    """Return the champion with a history of the nights' promotions and one roll-back."""
    history: list[Promotion] = []
    for one in (n for n in nights if n.outcome == "promoted" and n.model_id):
        previous = history[-1].model_id if history else None
        name, reason = one.model_id or "", one.reason
        history.append(Promotion(model_id=name, at=one.ended, reason=reason, previous=previous))
        if previous and (one.started - START).days > ROLLED_BACK and not _is_taken_back(history):
            entry = Promotion(
                model_id=previous,
                at=one.ended + timedelta(hours=5),
                reason=f"rolled back from {one.model_id}",
                previous=one.model_id,
                by="rollback",
            )
            history.append(entry)
    return Champion(
        model_id=history[-1].model_id,
        history=tuple(history),
        corpus=nights[0].corpus,
        scheme=nights[0].scheme,
    )


def _is_taken_back(history: list[Promotion]) -> bool:
    return any(entry.by == "rollback" for entry in history)


def write_year(root: Root, count: int = 365, corpus: str = "tunes") -> list[NightRecord]:
    """Write the records of a year and the champion; return the records."""
    nights = year_of_nights(count, corpus)
    for one in nights:
        write_night(root, one)
    if any(one.outcome == "promoted" for one in nights):
        champion = champions_of(nights)
        path = champion_path(champion.corpus, champion.scheme)
        root.write_json(path, champion.model_dump(mode="json"))
    return nights
