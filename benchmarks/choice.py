"""Measure what choosing and redrawing are worth: `python -m benchmarks.choice --midi FOLDER`.

Trains a model on a folder (or `folk`, the embedded tunes), or takes the champion of a storage root
(`--root ROOT`), draws samples, `--choose` candidates of each, and compares the samples that were
kept with all candidates, and samples as they are drawn with those whose faulty ones were drawn
again. All figures are of notes, against the corpus's held-out and training songs. The last line is
one JSON object.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.models import CORPUS, prepared
from nocturne.schemas.config import SamplingConfig, TrainConfig
from nocturne.schemas.samples.piece_facts import FAULT, REDRAWN, SCORE
from nocturne.tasks.model.build import build_model
from nocturne.tasks.model.evaluation.evaluate import Splits, load_splits
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.model.sampling.choice.choose import candidate_config, sample_and_choose
from nocturne.tasks.model.sampling.choice.reference import COPIED_STEPS
from nocturne.tasks.model.sampling.sample import sample
from nocturne.tasks.music.metrics.copied_runs import longest_shared_runs
from nocturne.tasks.music.metrics.excerpt import Excerpt, excerpt_of, held_out_pieces, songs_of
from nocturne.tasks.music.metrics.overlap import mean_overlaps, overlaps
from nocturne.tasks.music.metrics.repetition import repetition
from nocturne.tasks.storage.root import Root

REDRAWS, SEED = 3, 7
# How well each pitch class, from the tonic on, fits a major and a minor key (Krumhansl, 1990).
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def tonic_of(excerpt: Excerpt) -> int:
    """Return the pitch class of the likeliest key by Krumhansl's profiles, 0 to 11."""
    counts = np.bincount(excerpt.pitch % 12, minlength=12)
    fits = [
        [np.corrcoef(np.roll(profile, tonic), counts)[0, 1] for tonic in range(12)]
        for profile in (MAJOR, MINOR)
    ]
    return int(np.nanargmax(np.max(fits, axis=0)))


def figures(model: Model, splits: Splits, ids: list[Any]) -> dict[str, float]:
    """Return the figures of pieces, each int16 [notes, attributes]."""
    excerpts = [excerpt_of(model.vocabulary, piece) for piece in ids]
    length = int(np.median([len(piece) for piece in ids]))
    real = [excerpt_of(model.vocabulary, p) for p in held_out_pieces(splits["test"], length)]
    training = [excerpt_of(model.vocabulary, song).steps for song in songs_of(splits["train"])]
    runs = longest_shared_runs([excerpt.steps for excerpt in excerpts], training)
    return {
        "repetition": repetition(excerpts),
        "overlap": float(np.mean(list(overlaps(excerpts, real).values()))),
        "overlap_of_each": float(np.mean(mean_overlaps(excerpts, real))),
        "copied_run": float(runs.mean()),
        "copied_share": float((runs >= COPIED_STEPS).mean()),
        "ends_on_tonic": float(np.mean([e.pitch[-1] % 12 == tonic_of(e) for e in excerpts])),
    }


def pieces_of(model: Model, config: SamplingConfig, number: int = 0) -> list[Any]:
    """Return candidate `number` of every sample."""
    return list(sample(model, candidate_config(config, number), 0, config.samples).ids)


def champion_of(root: Root) -> tuple[Model, Splits]:
    """Return the champion of a root, and the songs of its corpus."""
    folder = open_model(root, find(root, "champion", None, None).model_id)
    return folder.load(), load_splits(root, folder.card.config)


def trained(root: Root, source: str, minutes: float) -> tuple[Model, Splits]:
    """Return a model of the small preset that was trained on a source, and its songs."""
    prepared(root, source if source == "folk" else str(Path(source).resolve()))
    config = TrainConfig(root=root.uri, corpus=CORPUS, preset="small", max_minutes=minutes)
    card = build_model(root, config)
    return open_model(root, card.model_id).load(), load_splits(root, config)


def measured(model: Model, splits: Splits, config: SamplingConfig) -> dict[str, Any]:
    """Return the figures of real music, of draws as they are, and of those kept or redrawn."""
    everything = [p for k in range(config.choose) for p in pieces_of(model, config, k)]
    found = {
        "held_out": figures(model, splits, held_out_pieces(splits["test"], config.notes)),
        "all": figures(model, splits, everything),
    }
    seconds = {}
    ways = {"plain": {"choose": 1}, "kept": {}, "redrawn": {"choose": 1, "redraws": REDRAWS}}
    for name, changes in ways.items():
        asked = config.copy_with(**changes)
        sample_and_choose(model, asked, 0, 1)  # compiles
        start = time.process_time()
        drawn = sample_and_choose(model, asked, 0, config.samples)
        seconds[name] = 1000 * (time.process_time() - start) / config.samples
        found[name] = figures(model, splits, list(drawn.ids))
        if name == "kept":
            found[name]["score"] = float(drawn.facts[SCORE].mean())
        if name == "redrawn":
            found[name]["redraws"] = float(drawn.facts[REDRAWN].mean())
            found[name]["faulty"] = float((drawn.facts[FAULT] != "none").mean())
    return {**found, "cpu_ms_per_sample": seconds}


def main() -> None:
    """Draw, choose, draw again, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", default="folk")
    parser.add_argument("--root")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--choose", type=int, default=4)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--notes", type=int, default=256)
    asked = parser.parse_args()
    config = SamplingConfig(
        samples=asked.samples, notes=asked.notes, choose=asked.choose, seed=SEED
    )
    with tempfile.TemporaryDirectory() as folder:
        if asked.root:
            model, splits = champion_of(Root.open(asked.root, create=False))
        else:
            model, splits = trained(Root.open(folder), asked.midi, asked.minutes)
        found = measured(model, splits, config)
    for name, values in found.items():
        print(name, {key: round(value, 3) for key, value in values.items()}, flush=True)
    print(json.dumps({**found, "choose": asked.choose, "samples": asked.samples}))


if __name__ == "__main__":
    main()
