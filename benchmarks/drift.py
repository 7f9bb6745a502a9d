"""Drift of corpora of real MIDI: the same music growing, other music added, files that break.

The figure is that of `nocturne retrain`: the Jensen-Shannon divergence in bits of the feature that
moved most (tasks/nights/divergence.py).
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.nights import CorpusProfile
from nocturne.tasks.corpus.build import build_notes
from nocturne.tasks.nights.divergence import divergences
from nocturne.tasks.nights.drift import corpus_profile
from nocturne.tasks.storage.root import Root

SHARES = (10, 50, 90)  # percent of the folk songs before the rest comes


def profiles(root: Root, folder: Path, sets: dict[str, Sequence[Path]]) -> dict[str, CorpusProfile]:
    """Ingest each set of files as a corpus; return the profiles by name."""
    found = {}
    for name, files in sets.items():
        source = folder / name
        source.mkdir()
        for number, path in enumerate(files):
            shutil.copy(path, source / f"{number}_{path.name}")
        build_notes(root, IngestConfig(root=root.uri, source=str(source), corpus=name))
        found[name] = corpus_profile(root, name)
    return found


def broken(folder: Path, count: int) -> list[Path]:
    """Write files that begin as MIDI and are none."""
    folder.mkdir()
    paths = [folder / f"{number}.mid" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(b"MThd" + number.to_bytes(4) * 5)
    return paths


def files_of(folder: Path) -> list[Path]:
    """Return the MIDI files of a folder in the order of their digests, which is that of chance."""
    paths = (path for path in folder.rglob("*.mid") if path.is_file())
    return sorted(paths, key=lambda path: hashlib.sha256(path.read_bytes()).digest())


def pairs() -> Iterable[tuple[str, str, str]]:
    """Yield what is shown: in words, the corpus, and the one that it is measured from."""
    for share in SHARES:
        yield f"folk: all songs from {share} %", "all", f"part-{share}"
    yield "folk: one half from the other", "half-b", "half-a"
    yield "folk and 5 % pop songs", "pop-5", "all"
    yield "folk and 20 % pop songs", "pop-20", "all"
    yield "folk and 10 % broken files", "broken-10", "all"
    yield "pop from folk", "pop", "all"


def main() -> None:
    """Print the drift of each pair by feature, and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, default=Path("../shared/midi/lakh"))
    midi = parser.parse_args().midi.parent
    folk, pop = files_of(midi / "folk"), files_of(midi / "pop")
    count = len(folk)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets: dict[str, Sequence[Path]] = {
            **{f"part-{share}": folk[: count * share // 100] for share in SHARES},
            "all": folk,
            "half-a": folk[: count // 2],
            "half-b": folk[count // 2 :],
            "pop-5": folk + pop[: count // 20],
            "pop-20": folk + pop[: count // 5],
            "broken-10": folk + broken(folder / "broken", count // 10),
            "pop": pop,
        }
        found = profiles(Root.open(str(folder / "root")), folder, sets)
    overall = {}
    for words, corpus, earlier in pairs():
        figures = divergences(found[corpus], found[earlier])
        overall[words] = round(max(figures.values()), 3)
        moved = ", ".join(f"{name} {bits:.3f}" for name, bits in figures.items())
        print(f"{words:32} {overall[words]:.3f} bits ({moved})")
    print(json.dumps({"benchmark": "drift", "songs": count, "overall_bits": overall}))


if __name__ == "__main__":
    main()
