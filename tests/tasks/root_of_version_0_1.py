"""A storage root as version 0.1 laid it out, written without the project's writers.

The texts, columns and weights' names are copied from what that version wrote; only the corpus and
the network are smaller. Nothing here follows from the present code: a change of it cannot hide.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from safetensors.numpy import save

CORPUS, MODEL, RUN = "c", "c-small-e25008d9", "c-small-e25008d9-seed1-99cbe311"
SONGS = {"train": ["a" * 32, "b" * 32], "valid": ["c" * 32], "test": ["d" * 32]}
NOTES = 12  # of every song
SIZES = {"inter_onset_interval": 3, "pitch": 128, "duration": 2, "velocity": 1}
UNITS, EMBEDDING, HEAD, WINDOW, MEMORY = 2, 4, 2, 4, 4
VOCABULARY: dict[str, Any] = {
    "scheme": "factored",
    "version": 1,
    "attributes": [{"name": name, "size": size} for name, size in SIZES.items()],
    "codebooks": {
        "inter_onset_interval": [0.0, 240.0, 480.0],
        "pitch": [float(pitch) for pitch in range(128)],
        "duration": [240.0, 480.0],
        "velocity": [64.0],
    },
    "fitted_on": "fe15cfe09759b640",
}
VOCABULARY_ID = "e6c990a7c261e4e6"  # as version 0.1 computed it
TRAIN_CONFIG: dict[str, Any] = {
    "seed": 1,
    "root": "/data",
    "corpus": CORPUS,
    "scheme": "factored",
    "preset": "small",
    "max_minutes": 1000.0,
    "max_epochs": 200,
    "max_steps": 5,
    "patience": 10,
    "batch": 32,
    "learning_rate": 0.003,
    "clip_norm": 1.0,
    "dropout": 0.1,
    "transpose_down": 5,
    "transpose_up": 6,
    "executor": "auto",
    "precision": "float32",
    "checkpoint_minutes": 2.0,
    "resume": True,
    "promotion_margin": 0.02,
    "min_test_songs": 5,
    "least_steps": 100,
    "init_from": None,
}
GENERATE_CONFIG: dict[str, Any] = {
    "root": "/data",
    "samples": 2,
    "notes": 32,
    "tempo": 120.0,
    "program": None,
    "temperature": 0.9,
    "top_p": 1.0,
    "random_input": "primer",
    "audio": False,
    "seed": 1,
    "model": MODEL,
    "corpus": None,
    "scheme": None,
    "run": None,
    "more": None,
}
METRICS: dict[str, Any] = {
    "bits_per_note": 7.9155,
    "composite_bits_per_note": 6.1458,
    "degenerate_share": 0.0,
    "copied_share": 0.0,
}


def write_root(root: Path) -> None:
    """Write a corpus, its sequences, a champion and the marker of a run of samples."""
    _write_corpus(root)
    _write_sequences(root)
    _write_model(root)
    _write_champion(root)
    _write_run(root)


def _json(path: Path, content: Any) -> bytes:
    text = json.dumps(content, indent=2).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return text


def _table(path: Path, columns: dict[str, pa.Array]) -> dict[str, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return {"bytes": path.stat().st_size, "rows": len(next(iter(columns.values())))}


def _write_corpus(root: Path) -> None:
    ids = [song for songs in SONGS.values() for song in songs]
    of_notes = [song for song in ids for _ in range(NOTES)]
    beats = np.tile(np.arange(NOTES) / 2, len(ids))
    notes = _table(
        root / f"notes/{CORPUS}/shard-00000.parquet",
        {
            "song_id": pa.array(of_notes, pa.string()),
            "onset_seconds": pa.array(beats / 2),
            "offset_seconds": pa.array(beats / 2 + 0.25),
            "onset_beats": pa.array(beats),
            "offset_beats": pa.array(beats + 0.5),
            "pitch": pa.array([60 + n % 7 for n in range(len(beats))], pa.uint8()),
            "velocity": pa.array([64] * len(beats), pa.uint8()),
        },
    )
    count = len(ids)
    files = _table(
        root / f"files/{CORPUS}/shard-00000.parquet",
        {
            "path": pa.array([f"{n}.mid" for n in range(count)]),
            "song_id": pa.array(ids),
            "bytes": pa.array([100] * count, pa.int64()),
            "outcome": pa.array(["accepted"] * count),
            "reason": pa.array([None] * count, pa.string()),
            "detail": pa.array([None] * count, pa.string()),
            "duplicate_of": pa.array([None] * count, pa.string()),
            "notes": pa.array([NOTES] * count, pa.int64()),
            "seconds": pa.array([3.0] * count),
            "program": pa.array([0] * count, pa.int16()),
            "tempo": pa.array([120.0] * count),
            "ticks_per_quarter": pa.array([480] * count, pa.int32()),
            "notes_digest": pa.array([song[:16] for song in ids]),
        },
    )
    families = _table(
        root / f"families/{CORPUS}/families.parquet",
        {"song_id": pa.array(ids), "family": pa.array(ids)},
    )
    marker = {
        "fingerprint": "dc777e0c94bfebb7",
        "raw_fingerprint": "95d408e2d5677cfd14130d54668015a0",
        "counts": {"inputs": count, "accepted": count, "quarantined": 0, "duplicate": 0},
        "notes": len(beats),
        "skipped": 0,
        "families": count,
        "licence": "",
        "attribution": "",
        "source": "/songs",
        "source_id": "path /songs",
        "peak_songs": count,
        "facts": {
            "notes": {"shard-00000.parquet": notes},
            "files": {"shard-00000.parquet": files},
            "families": {"families.parquet": families},
        },
    }
    _json(root / f"corpora/{CORPUS}/notes.json", marker)


def _write_sequences(root: Path) -> None:
    facts = {}
    for split, songs in SONGS.items():
        rows = len(songs) * NOTES
        columns = {"song_id": pa.array([song for song in songs for _ in range(NOTES)])}
        ids = {name: [n % min(size, 70) for n in range(rows)] for name, size in SIZES.items()}
        columns |= {name: pa.array(values, pa.int16()) for name, values in ids.items()}
        path = root / f"sequences/{CORPUS}/factored/{split}.parquet"
        facts[path.name] = _table(path, columns)
    order = [(song, split) for split, songs in SONGS.items() for song in songs]
    songs_facts = _table(
        root / f"songs/{CORPUS}/factored/songs.parquet",
        {
            "song_id": pa.array([song for song, _ in order]),
            "split": pa.array([split for _, split in order]),
            "notes": pa.array([NOTES] * len(order), pa.int64()),
            "program": pa.array([0] * len(order), pa.int16()),
            "tempo": pa.array([120.0] * len(order)),
        },
    )
    text = _json(root / f"vocabularies/{CORPUS}/factored/vocabulary.json", VOCABULARY)
    marker = {
        "fingerprint": "fe15cfe09759b640",
        "vocabulary_id": VOCABULARY_ID,
        "songs": {split: len(songs) for split, songs in SONGS.items()},
        "notes": {split: len(songs) * NOTES for split, songs in SONGS.items()},
        "program": 0,
        "licence": "",
        "attribution": "",
        "facts": {
            "sequences": facts,
            "songs": {"songs.parquet": songs_facts},
            "vocabularies": {"vocabulary.json": {"bytes": len(text), "rows": None}},
        },
    }
    _json(root / f"corpora/{CORPUS}/sequences-factored.json", marker)


def weights() -> dict[str, NDArray[np.float32]]:
    """Return weights under the names of version 0.1."""
    shapes: dict[str, tuple[int, ...]] = {
        "memory/agree/duration": (2,),
        "memory/agree/pitch": (1,),
        "memory/agree/velocity": (3,),
        "memory/context": (EMBEDDING, UNITS),
        "memory/distance": (49,),
        "memory/lag": (MEMORY + WINDOW,),
        "memory/match": (3, 16),
    }
    for part in ("encoder", "decoder"):
        for layer, inputs in enumerate((EMBEDDING, UNITS)):
            shapes[f"{part}/{layer}/kernel"] = (inputs, 4 * UNITS)
            shapes[f"{part}/{layer}/recurrent"] = (UNITS, 4 * UNITS)
            shapes[f"{part}/{layer}/bias"] = (4 * UNITS,)
    earlier: list[str] = []
    for name, size in SIZES.items():
        shapes[f"embed/{name}"] = (size + 1, EMBEDDING // 4)
        shapes[f"memory/own/{name}"] = (EMBEDDING // 4, UNITS)
        shapes[f"head/{name}/hidden"] = (UNITS, HEAD)
        shapes[f"head/{name}/hidden_bias"] = (HEAD,)
        shapes[f"head/{name}/out"] = (HEAD, size)
        shapes[f"head/{name}/out_bias"] = (size,)
        shapes |= {f"head/{name}/given/{before}": (SIZES[before], HEAD) for before in earlier}
        earlier.append(name)
    return {name: np.full(shape, 0.25, np.float32) for name, shape in shapes.items()}


def _write_model(root: Path) -> None:
    folder = root / f"models/{MODEL}"
    shape = {
        "units": UNITS,
        "layers": 2,
        "window": WINDOW,
        "embedding": EMBEDDING,
        "head": HEAD,
        "memory_notes": MEMORY,
    }
    folder.mkdir(parents=True)
    files = {
        "weights.safetensors": save(weights()),
        "primers.safetensors": save(
            {
                "loop_limits": np.full(6, 99, np.int32),
                "primers": np.zeros((2, WINDOW, 4), np.int16),
                "state_factor": np.ones((2, 4 * UNITS), np.float32),
                "state_mean": np.zeros(4 * UNITS, np.float32),
            }
        ),
        "vocabulary.json": json.dumps(VOCABULARY, indent=2).encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sha256 = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    _json(folder / "config.json", {"shape": shape, "config": TRAIN_CONFIG, "sha256": sha256})
    digest = sha256["weights.safetensors"]
    _json(folder / "metrics.json", {**METRICS, "weights_sha256": digest})
    card = {
        "model_id": MODEL,
        "created": "2026-11-28T16:17:45.770390Z",
        "corpus": CORPUS,
        "data_fingerprint": "fe15cfe09759b640",
        "vocabulary_id": VOCABULARY_ID,
        "config": TRAIN_CONFIG,
        "shape": shape,
        "parameters": sum(value.size for value in weights().values()),
        "weights_sha256": digest,
        "songs": {split: len(songs) for split, songs in SONGS.items()},
        "notes": {split: len(songs) * NOTES for split, songs in SONGS.items()},
        "program": 0,
        "steps": 5,
        "epochs": 5.0,
        "train_seconds": 42.3,
        "device": "CPU",
        "stopped": "all 5 steps done",
        "code_version": "0.1.0",
        "licence": "",
        "attribution": "",
    }
    _json(folder / "card.json", card)


def _write_champion(root: Path) -> None:
    promotion = {
        "model_id": MODEL,
        "at": "2026-11-28T16:32:20.739157Z",
        "reason": "promoted by a person",
        "previous": None,
        "by": "person",
        "bits": None,
    }
    pointer = {
        "model_id": MODEL,
        "history": [promotion],
        "corpus": CORPUS,
        "scheme": "factored",
    }
    _json(root / f"models/champions/{CORPUS}/factored.json", pointer)


def _write_run(root: Path) -> None:
    run = {
        "run_id": RUN,
        "model_id": MODEL,
        "vocabulary_id": VOCABULARY_ID,
        "program": 0,
        "config": GENERATE_CONFIG,
        "drawn_seed": False,
        "first_samples": None,
        "extends": None,
        "page_bytes": {"index.html": 19868},
    }
    _json(root / f"samples/{RUN}/run.json", run)
