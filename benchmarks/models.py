"""How good models are: `python -m benchmarks.models --midi FOLDER --preset small --minutes 20`.

Takes a folder (or `folk`, the embedded tunes) through ingest, prepare, training and evaluation,
without Prefect, once for every seed, and prints what stands in each model's metrics.json. The
last line is one JSON object: the means over the seeds, and each seed's bits per note.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any, get_args

from nocturne.schemas.config import IngestConfig, PrepareConfig, PresetName, TrainConfig
from nocturne.tasks.corpus import build_notes, build_sequences
from nocturne.tasks.model.build import build_model
from nocturne.tasks.model.evaluation.evaluate import evaluate_model
from nocturne.tasks.music.metrics import METRICS
from nocturne.tasks.storage.root import Root

CORPUS = "bench"
FIGURES = (
    "bits_per_note",
    "composite_bits_per_note",
    "cache_bits_per_note",
    "mean_overlap",
    *METRICS,
)


def prepared(root: Root, source: str) -> None:
    """Take a source to a prepared corpus."""
    build_notes(root, IngestConfig(root=root.uri, corpus=CORPUS, source=source))
    build_sequences(root, PrepareConfig(root=root.uri, corpus=CORPUS))


def evaluated(root: Root, config: TrainConfig) -> dict[str, Any]:
    """Train one model and return its figures, with those of held-out songs beside."""
    card = build_model(root, config)
    metrics = evaluate_model(root, card.model_id).flat()
    wanted = [*FIGURES, *(f"{name}_held_out" for name in FIGURES)]
    found = {name: metrics[name] for name in wanted if name in metrics}
    found |= {"seed": config.seed, "steps": card.steps, "train_minutes": card.train_seconds / 60}
    print(json.dumps(found | {"by_attribute": metrics["by_attribute"]}), flush=True)
    return found


def figures(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the means over runs, and how far the model is below its rivals."""
    mean = {name: statistics.mean(run[name] for run in runs) for name in runs[0] if name != "seed"}
    return {
        **mean,
        "below_composite": mean["composite_bits_per_note"] - mean["bits_per_note"],
        "below_cache": mean["cache_bits_per_note"] - mean["bits_per_note"],
        "bits_per_note_of_each": [run["bits_per_note"] for run in runs],
    }


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", required=True, help="folder of MIDI files, or folk")
    parser.add_argument("--preset", choices=get_args(PresetName), default="small")
    parser.add_argument("--minutes", type=float, default=20.0, help="longest training")
    parser.add_argument("--epochs", type=int, default=200, help="most epochs")
    parser.add_argument("--seeds", type=int, default=1, help="models to train: seeds 0, 1, ...")
    options = parser.parse_args()
    source = options.midi if options.midi == "folk" else str(Path(options.midi).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = Root.open(folder)
        prepared(root, source)
        config = TrainConfig(
            root=root.uri,
            corpus=CORPUS,
            preset=options.preset,
            max_minutes=options.minutes,
            max_epochs=options.epochs,
        )
        runs = [evaluated(root, config.copy_with(seed=seed)) for seed in range(options.seeds)]
    named = {"midi": Path(options.midi).name, "preset": options.preset, "seeds": options.seeds}
    print(json.dumps(named | figures(runs)))


if __name__ == "__main__":
    main()
