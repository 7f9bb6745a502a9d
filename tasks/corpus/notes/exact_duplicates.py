"""Exact duplicates across shards: the first file, in order of shards and rows, is kept."""

from dataclasses import dataclass, field

import pyarrow as pa

from nocturne.schemas.manifest import MANIFEST_SCHEMA
from nocturne.schemas.reasons import Outcome, Reason

CHANGED = ("outcome", "reason", "detail", "duplicate_of")


@dataclass
class Duplicates:
    """The files and notes of the manifests marked so far, which come in order of shards.

    Two files with the same bytes are duplicates, whatever their outcome; so are two accepted
    files with the same notes.
    """

    path_of_song: dict[str, str] = field(default_factory=dict)
    path_of_digest: dict[str, str] = field(default_factory=dict)

    def mark(self, files: pa.Table) -> tuple[pa.Table, list[str]]:
        """Return the manifest with duplicates marked, and the song_ids accepted before that."""
        rows = files.select(["path", "song_id", "notes_digest", *CHANGED]).to_pylist()
        dropped: list[str] = []
        for row in rows:
            duplicate = self._duplicate_of(row)
            if duplicate is None:
                continue
            if row["outcome"] == Outcome.ACCEPTED:
                dropped.append(row["song_id"])
            reason, kept = duplicate
            row |= {"outcome": Outcome.DUPLICATE, "reason": reason, "detail": None}
            row["duplicate_of"] = kept
        for name in CHANGED:
            column = pa.array([row[name] for row in rows], MANIFEST_SCHEMA.field(name).type)
            files = files.set_column(files.schema.get_field_index(name), name, column)
        return files.cast(MANIFEST_SCHEMA), dropped

    def _duplicate_of(self, row: dict[str, str | None]) -> tuple[Reason, str] | None:
        """Return why a file is a duplicate and the path of the file that is kept; None if new."""
        path, song_id, digest = str(row["path"]), str(row["song_id"]), row["notes_digest"]
        if (kept := self.path_of_song.setdefault(song_id, path)) != path:
            return Reason.SAME_FILE, kept
        if digest and (kept := self.path_of_digest.setdefault(digest, path)) != path:
            return Reason.SAME_NOTES, kept
        return None
