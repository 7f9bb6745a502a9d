"""Turns a root into what the version before data folders wrote: for tests of reading it."""

import shutil
from pathlib import Path
from typing import Any

from nocturne.tasks.storage.root import Root

NEW_FIELDS = (
    *("facts", "source_id", "peak_songs"),
    *("version", "shares", "codebooks", "drift", "new_songs", "encoded_songs", "left_out"),
)


def make_old(root: Root, corpus: str, *schemes: str) -> None:
    """Move everything of a local root to where it was, without what markers did not say then."""
    base = Path(root.base)
    _marker(root, f"corpora/{corpus}/raw.json", f"raw/{corpus}/dataset.json")
    _marker(root, f"corpora/{corpus}/notes.json", f"notes/{corpus}/dataset.json")
    for scheme in schemes:
        folder = f"sequences/{corpus}/{scheme}"
        _marker(root, f"corpora/{corpus}/sequences-{scheme}.json", f"{folder}/dataset.json")
        (base / f"vocabularies/{corpus}/{scheme}/continuation.json").unlink(missing_ok=True)
        for moved in ("songs/{}/{}/songs.parquet", "vocabularies/{}/{}/vocabulary.json"):
            (base / moved.format(corpus, scheme)).rename(base / folder / Path(moved).name)
    if (base / "statistics").exists():
        (base / f"statistics/{corpus}/quality.parquet").rename(
            base / f"quality/{corpus}/quality.parquet"
        )
        _marker(root, f"corpora/{corpus}/quality.json", f"quality/{corpus}/dataset.json")
    if (base / "downloads").exists():
        (base / f"downloads/{corpus}").rename(base / f"raw/{corpus}/archive")
    staged = base / f"files/{corpus}/staged-{'0' * 16}"
    shutil.copytree(base / f"files/{corpus}", staged)
    (base / f"notes/{corpus}/.tmp-{'1' * 32}").write_bytes(b"half")
    for gone in ("corpora", "songs", "vocabularies", "statistics", "downloads", "staging"):
        shutil.rmtree(base / gone, ignore_errors=True)


def _marker(root: Root, new: str, old: str) -> None:
    marker: dict[str, Any] = root.read_json(new)
    root.write_json(old, {name: v for name, v in marker.items() if name not in NEW_FIELDS})
    root.delete(new)
