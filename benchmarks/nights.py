"""Ten nights of a growing corpus: training from the champion against training from nothing.

    python -m benchmarks.nights [--every 8] [--nights 10] [--epochs 10] [--passes 10]

Every n-th folk tune is taken, in ten parts of equal size, and each night one part more. The corpus
is ingested and prepared as every night is, and two models are trained: one as `retrain` plans it,
from the model of the night before, and one from nothing, in `--epochs` passes over all songs. Both
have the same small network, learning rate and batch, and are measured on the same test songs of
that night, which neither was trained on. Every warm model becomes champion: the gate, whose samples
cost more than these trainings, is left out.

Processor time is that of training, validation and saving, without compiling, which any training
pays once a night and which one step before them has done for both.

The last line is one JSON object: for each night bits per note and minutes of processor time, and
`minutes_share`: the minutes in which the warm trainings reached the fewest bits on the validation
songs that a training from nothing came to, over the minutes in which that came to them; a warm
training that never did counts whole. `whole_minutes_share` is that of the trainings to their ends.
The first night, which has no champion, does not count.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nocturne.schemas.config import IngestConfig, PrepareConfig, RetrainConfig, TrainConfig
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.schemas.progress import silent
from nocturne.tasks.corpus import PreparedCorpus, build_notes, build_sequences
from nocturne.tasks.model.build import build_model
from nocturne.tasks.model.night_plan import plan_night
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.sources.folk import read_tunes
from nocturne.tasks.sources.source_file import RawFile
from nocturne.tasks.storage.layout import HISTORY_FILE, model_path
from nocturne.tasks.storage.root import Root

SMALL = NetworkShape(units=32, window=32, embedding=32, head=32, memory_notes=64)
CORPUS = "folk"
LARGEST_BYTES = 1 << 20


def folk_files(every: int) -> list[RawFile]:
    """Return every n-th of the embedded tunes as a MIDI file, but for those that do not convert."""
    files = [item for item in read_tunes(LARGEST_BYTES, silent) if isinstance(item, RawFile)]
    return [file for file in files if file.content][::every]


def write_part(folder: Path, part: Iterable[RawFile]) -> None:
    """Write MIDI files, each under its own name."""
    for file in part:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content or b"")


def trained(root: Root, config: TrainConfig) -> dict[str, Any]:
    """Train a model; return its id, its processor time and its bits on the test songs."""
    began = time.process_time()
    card = build_model(root, config)
    minutes = (time.process_time() - began) / 60
    model = load_model(root, card.model_id)
    test = PreparedCorpus(root, CORPUS, config.scheme).split("test")
    return {
        "model": card.model_id,
        "bits": round(evaluate(model, test).bits_per_note, 4),
        "minutes": round(minutes, 3),
        "steps": card.steps,
        "stopped": card.stopped,
        "valid_bits": [
            (row["step"], round(row["valid_bits"], 4))
            for row in root.read_json(model_path(card.model_id, HISTORY_FILE))
        ],
    }


def minutes_to_reach(bits: float, model: dict[str, Any]) -> float | None:
    """Return the minutes after which a training first had so few bits on the validation songs.

    None if it never had. Every step counts alike: the evaluations are spread evenly over them.
    """
    steps = (step for step, found in model["valid_bits"] if found <= bits)
    return next((model["minutes"] * step / model["steps"] for step in steps), None)


def compile_once(root: Root, cold: TrainConfig) -> None:
    """Take one step, so that no model's time holds that of compiling: a night pays it once."""
    build_model(root, cold.copy_with(max_steps=1))


def night(root: Root, config: RetrainConfig, cold: TrainConfig) -> dict[str, Any]:
    """Prepare the corpus and train both models; return the figures of the night."""
    build_notes(root, config.subset(IngestConfig))
    prepared = build_sequences(root, config.subset(PrepareConfig))
    plan = plan_night(root, config)
    compile_once(root, cold)
    figures: dict[str, Any] = {
        "songs": sum(prepared.songs.values()),
        "encoded": prepared.encoded_songs,
        "codebooks": prepared.codebooks,
        "plan": plan.reason,
        "cold": trained(root, cold),
    }
    if plan.config.init_from is not None:
        figures["warm"] = trained(root, plan.config)
    champion = figures.get("warm", figures["cold"])["model"]
    promote(root, champion, "the benchmark's")
    return figures


def summary(nights: list[dict[str, Any]], flags: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of the nights after the first, and their sums."""
    later = [one for one in nights if "warm" in one]
    best = [min(bits for _, bits in one["cold"]["valid_bits"]) for one in later]
    pairs = list(zip(best, later, strict=True))
    reached = [minutes_to_reach(bits, one["warm"]) for bits, one in pairs]
    needed = [minutes_to_reach(bits, one["cold"]) or 0.0 for bits, one in pairs]
    spent = [
        one["warm"]["minutes"] if r is None else r for r, one in zip(reached, later, strict=True)
    ]
    minutes = {kind: sum(one[kind]["minutes"] for one in later) for kind in ("warm", "cold")}
    return {
        **{name: getattr(flags, name) for name in ("every", "epochs", "passes")},
        "songs": [one["songs"] for one in later],
        "encoded_songs": [one["encoded"] for one in later],
        "warm_bits": [one["warm"]["bits"] for one in later],
        "cold_bits": [one["cold"]["bits"] for one in later],
        "warm_minutes": [one["warm"]["minutes"] for one in later],
        "cold_minutes": [one["cold"]["minutes"] for one in later],
        "warm_minutes_to_reach": [None if r is None else round(r, 3) for r in reached],
        "nights_reached": sum(r is not None for r in reached),
        "nights_better": sum(one["warm"]["bits"] <= one["cold"]["bits"] for one in later),
        "nights": len(later),
        "minutes_share": round(sum(spent) / sum(needed), 3),
        "whole_minutes_share": round(minutes["warm"] / minutes["cold"], 3),
    }


def main() -> None:
    """Read the command line, run the nights and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=8, help="take every n-th tune")
    parser.add_argument("--nights", type=int, default=10, help="parts of the corpus")
    parser.add_argument("--epochs", type=int, default=10, help="passes of a training from nothing")
    parser.add_argument("--passes", type=float, default=10.0, help="passes over new songs")
    parser.add_argument("--midi", type=Path, help="not used: the corpus is the embedded tunes")
    flags = parser.parse_args()
    PRESETS["small"] = SMALL
    chosen = folk_files(flags.every)
    with tempfile.TemporaryDirectory() as folder:
        source, root = Path(folder, "tunes"), Root.open(str(Path(folder, "root")))
        source.mkdir()
        config = RetrainConfig(
            root=root.uri,
            corpus=CORPUS,
            source=str(source),
            max_epochs=flags.epochs,
            news_passes=flags.passes,
        )
        done = []
        for number in range(flags.nights):
            write_part(source, chosen[number :: flags.nights])
            done.append(night(root, config, config.subset(TrainConfig)))
            print(json.dumps(done[-1]), flush=True)
    print(json.dumps(summary(done, flags)))


if __name__ == "__main__":
    main()
