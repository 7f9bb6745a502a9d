"""How samples end: `python -m benchmarks.endings --midi FOLDER --minutes 12`.

Takes a folder (or `folk`, the embedded tunes) through ingest, prepare and training, without
Prefect, and draws samples that go on until they end. Prints one JSON object: the share that end by
themselves, and of these, of real tunes, and of the same samples cut in the middle, how often the
last note is the tonic of the key that is found in the piece, and how long it is. Samples of 16 bars
of 4/4 follow: how many the model ends, and the shortest and the longest.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.models import CORPUS, prepared
from nocturne.schemas.config import SamplingConfig, TrainConfig
from nocturne.schemas.sequences import END, SPLITS, SplitIds, Vocabulary
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.model.build import build_model, model_name
from nocturne.tasks.model.evaluation.baselines import evaluate_baselines
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.models import known_models, read_card
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.sampling.sample import sample
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.theory.key_finding import key_of_notes
from nocturne.tasks.storage.root import Root

SAMPLES, MOST_NOTES, BARS = 200, 512, 16
Ids = NDArray[np.int16]


def endings(pieces: Sequence[Ids], vocabulary: Vocabulary) -> dict[str, float]:
    """Return how pieces end: last note the tonic, its duration over the median, notes."""
    decoded = [decode(vocabulary, ids, 120.0) for ids in pieces]
    durations = [notes.offset_beats - notes.onset_beats for notes in decoded]
    on_tonic = [n.pitch[-1] % 12 == key_of_notes(n).tonic_class for n in decoded]
    return {
        "last_on_tonic": float(np.mean(on_tonic)),
        "last_over_median": float(np.mean([d[-1] / np.median(d) for d in durations])),
        "median_notes": float(np.median([len(ids) for ids in pieces])),
    }


def songs_of(split: SplitIds) -> list[Ids]:
    """Return the ids of each song."""
    return np.split(np.asarray(split.ids), split.song_offsets[1:-1])


def of_bars(model: Model) -> dict[str, float]:
    """Return how samples of BARS bars end: share ended by the model, shortest, longest in bars."""
    drawn = sample(model, SamplingConfig(bars=BARS, seed=1), 0, SAMPLES)
    pieces = [drawn.ids[i, : drawn.lengths[i]] for i in range(SAMPLES)]
    decoded = [decode(model.vocabulary, ids, 120.0) for ids in pieces]
    bars = [(notes.offset_beats.max() - notes.onset_beats[0]) / 4 for notes in decoded]
    return {
        "ended_share": float(drawn.facts["ended"].mean()),
        "shortest": float(min(bars)),
        "longest": float(max(bars)),
        **endings(pieces, model.vocabulary),
    }


def figures_of(root: Root, model_id: str) -> dict[str, object]:
    """Draw samples of a model and return the figures of their endings and of its bits."""
    model, corpus = load_model(root, model_id), PreparedCorpus(root, CORPUS, "factored")
    drawn = sample(model, SamplingConfig(notes=MOST_NOTES, ending=True, seed=1), 0, SAMPLES)
    ended = drawn.facts["ended"]
    pieces = [drawn.ids[i, : drawn.lengths[i]] for i in np.flatnonzero(ended)]
    train, valid, test = (corpus.split(name) for name in SPLITS)
    bits = evaluate(model, test)
    baselines = evaluate_baselines(train, valid, test, model.vocabulary)
    return {
        "ended_share": float(ended.mean()),
        "ended": endings(pieces, model.vocabulary),
        "cut_in_the_middle": endings([p[: -(-len(p) // 2)] for p in pieces], model.vocabulary),
        "real": endings(songs_of(test), model.vocabulary),
        f"{BARS}_bars": of_bars(model),
        "bits_per_note": bits.bits_per_note,
        "end_bits": bits.by_attribute[END],
        "end_bits_of_baselines": {name: b.by_attribute[END] for name, b in baselines.items()},
    }


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", default="folk", help="folder of MIDI files, or folk")
    parser.add_argument("--minutes", type=float, default=12.0, help="longest training")
    parser.add_argument("--root", help="folder to keep; a model that is there is not trained again")
    options = parser.parse_args()
    source = options.midi if options.midi == "folk" else str(Path(options.midi).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = Root.open(options.root or folder)
        prepared(root, source)
        config = TrainConfig(root=root.uri, corpus=CORPUS, max_minutes=options.minutes)
        name = model_name(root, config)
        if name not in known_models(root):
            build_model(root, config)
        named = {"midi": Path(options.midi).name, "steps": read_card(root, name).steps}
        print(json.dumps(named | figures_of(root, name)))


if __name__ == "__main__":
    main()
