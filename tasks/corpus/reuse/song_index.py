"""Where the manifests of a published corpus have what an earlier ingest found of each song."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.manifest import MIDI_SUFFIXES
from nocturne.schemas.reasons import Outcome, Reason
from nocturne.tasks.music.midi.extraction import Rejected

MAY_PASS = {Reason.PARSER_CRASHED, Reason.PARSER_TIMED_OUT, Reason.PARSER_OUT_OF_MEMORY}
SHARDS_HELD = 3  # manifests as rows


@dataclass(frozen=True)
class KnownSong:
    """A song that was extracted: its manifest row, and the song whose notes are the same."""

    row: Mapping[str, Any]
    notes_of: str


class SongIndex:
    """The songs of manifests, by the numbers of their shards.

    `spans` has the shard, the first row and the end of the notes of each accepted song, and
    `lengths` the rows of each shard's note table.
    """

    def __init__(self, manifests: Mapping[int, pa.Table]) -> None:
        self.manifests = manifests
        self.spans: dict[str, tuple[int, int, int]] = {}
        self.lengths: dict[int, int] = {}
        self._place: dict[str, tuple[int, int]] = {}  # of the row with a song's own outcome
        self._kept: dict[str, str] = {}  # digest of notes -> song that has them
        for number in sorted(manifests):
            self._add(number)
        self._rows = lru_cache(SHARDS_HELD)(self._read_rows)

    def result(self, song: str, path: str) -> KnownSong | Rejected | None:
        """Return what is known of a song whose file is at `path`; None if nothing is.

        Nothing is known of a loss of the worker process, which may pass, nor where only one of the
        names has a MIDI suffix, which may decide whether a file is read at all.
        """
        if song not in self._place:
            return None
        number, index = self._place[song]
        row = self._rows(number)[index]
        if _claims_midi(row["path"]) != _claims_midi(path):
            return None
        if row["outcome"] == Outcome.QUARANTINED:
            reason = Reason(row["reason"])
            return None if reason in MAY_PASS else Rejected(reason, row["detail"] or "")
        notes_of = self._kept.get(row["notes_digest"] or "")
        return KnownSong(row, notes_of) if notes_of in self.spans else None

    def _read_rows(self, number: int) -> list[dict[str, Any]]:
        return list(self.manifests[number].to_pylist())

    def _add(self, number: int) -> None:
        """Note where the songs of a shard have their rows and notes."""
        files = self.manifests[number]
        columns = (files[name].to_pylist() for name in ("song_id", "reason"))
        for index, (song, reason) in enumerate(zip(*columns, strict=True)):
            if reason != Reason.SAME_FILE:
                self._place.setdefault(song, (number, index))
        accepted = files.filter(pc.equal(files["outcome"], str(Outcome.ACCEPTED)))
        songs = accepted.sort_by("song_id")
        ends = np.cumsum(songs["notes"].to_numpy(), dtype=np.int64).tolist()
        digests = songs["notes_digest"].to_pylist()
        self.lengths[number] = ends[-1] if ends else 0
        for song, digest, start, end in zip(
            songs["song_id"].to_pylist(), digests, [0, *ends], ends, strict=False
        ):
            self.spans[song] = (number, start, end)
            if digest:
                self._kept.setdefault(digest, song)


def _claims_midi(path: str) -> bool:
    return path.lower().endswith(MIDI_SUFFIXES)
