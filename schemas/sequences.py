"""Category sequences: prepare publishes them, training reads them.

sequences/<corpus>/<scheme>/{train,valid,test}.parquet
                          one row per note: song_id (string), then one int16 column for each
                          attribute of the vocabulary, songs contiguous, notes in order
songs/<corpus>/<scheme>/songs.parquet
                          one row per song: song_id, split, notes, program, tempo, notes_digest
vocabularies/<corpus>/<scheme>/vocabulary.json
                          Vocabulary
vocabularies/<corpus>/<scheme>/continuation.json
                          Continuation: what the next prepare goes on from
corpora/<corpus>/sequences-<scheme>.json
                          SequenceDataset, whose writing publishes all of them
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from nocturne.schemas.config import SchemeName
from nocturne.schemas.facts import Facts

TICKS_PER_QUARTER = 480  # time resolution of every codebook
END = "end"  # name of the end among figures by attribute
ENDS_SINCE = 2  # version of the vocabularies that have an end id
Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = ("train", "valid", "test")


class Attribute(BaseModel):
    """One category of a note: ids 0..size-1; id `size` stands for no note."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    size: int = Field(gt=0, le=2**15 - 2)


class Vocabulary(BaseModel):
    """Attributes in the order in which the heads predict them, and the values of their ids.

    `codebooks` gives, for an attribute, the value of each id, rising: ticks (480 to the
    quarter) for inter_onset_interval and duration, MIDI numbers for pitch and velocity.
    `song-max` has the single attribute `category` and keeps in `codebooks` the song maxima
    (`duration_max` in seconds, `pitch_max`, `velocity_max`) that generation decodes with.

    The id `size` of every attribute stands for no note, as before a song's first note. Since
    version 2 that of the first attribute is predicted as well: it is the end id, which follows a
    song's last note. It is no part of a dataset's rows: a song ends where its rows end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: SchemeName
    version: int = 1
    attributes: tuple[Attribute, ...]
    codebooks: dict[str, tuple[float, ...]]
    fitted_on: str = Field(description="Fingerprint of the training split")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of categories of each attribute, in prediction order."""
        return tuple(attribute.size for attribute in self.attributes)

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each attribute, in prediction order."""
        return tuple(attribute.name for attribute in self.attributes)

    @property
    def ends(self) -> bool:
        """Whether the first attribute has an end id, so that a model can learn where songs end."""
        return self.version >= ENDS_SINCE

    def with_end(self) -> "Vocabulary":
        """Return the vocabulary with an end id: all other ids mean what they meant."""
        return self.model_copy(update={"version": max(self.version, ENDS_SINCE)})

    @property
    def vocabulary_id(self) -> str:
        """Digest of the meaning of ids, whatever it was fitted on; models refuse any other."""
        meaning = json.dumps(self.model_dump(mode="json", exclude={"fitted_on"}), sort_keys=True)
        return hashlib.sha256(meaning.encode()).hexdigest()[:16]

    @property
    def document_id(self) -> str:
        """Digest of the whole vocabulary, which was its id up to version 0.1."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def is_called(self, vocabulary_id: str) -> bool:
        """Whether this vocabulary has that id, in this version or an earlier one."""
        return vocabulary_id in (self.vocabulary_id, self.document_id)

    def size_of(self, name: str) -> int:
        """Return the number of categories of an attribute."""
        return self.sizes[self.names.index(name)]


class Distribution(BaseModel):
    """How often each value of each quantity occurs: for a name, rising values and their counts.

    The quantities are those that a scheme fits its codebooks on, in the codebooks' units.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[str, tuple[float, ...]]
    counts: dict[str, tuple[int, ...]]


class Continuation(BaseModel):
    """What the next prepare of a corpus goes on from, beside its songs and its ids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fitted: Distribution = Field(description="Of the songs that the codebooks were fitted on")
    training: Distribution = Field(description="Of this dataset's training songs")
    departed: dict[str, Split] = Field(description="Splits of songs that have left the corpus")


class SequenceDataset(BaseModel):
    """Completion marker of a sequence dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(description="Of the notes, the config and the code version")
    vocabulary_id: str
    songs: dict[Split, int]
    notes: dict[Split, int]
    program: int = Field(ge=0, le=127, description="Most common program of the training songs")
    licence: str = ""
    attribution: str = ""
    facts: Facts = Field(default_factory=dict, description="Of the files; {}: an older version's")
    version: int = Field(0, description="Of the encoding; 0: of a version that did not say")
    shares: tuple[float, float] | None = Field(None, description="Asked for: validation, test")
    codebooks: str = Field("", description="Whether the codebooks were kept or fitted, and why")
    drift: float | None = Field(
        None, description="Largest drift from what the codebooks were fitted on; None: fitted anew"
    )
    new_songs: int | None = Field(None, description="Songs that the dataset before did not have")
    encoded_songs: int | None = Field(None, description="Songs whose ids were not taken over")
    left_out: int = Field(0, description="New songs that are near duplicates of several splits")


@dataclass(frozen=True)
class SplitIds:
    """Category ids of one split, songs back to back.

    `ids` is int16 [notes, attributes], in memory or memory-mapped; song s is
    ids[song_offsets[s]:song_offsets[s + 1]], with song_offsets int64 [songs + 1]. `new`, bool
    [songs], marks the songs that the model to start from has not learned; None if that is unknown.
    """

    ids: NDArray[np.int16]
    song_offsets: NDArray[np.int64]
    new: NDArray[np.bool_] | None = None
