"""FileManifest: one row for every input file, whatever its outcome."""

from collections.abc import Iterable

import pandera.pyarrow as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from nocturne.schemas.facts import Facts
from nocturne.schemas.reasons import DUPLICATE_REASONS, Outcome, Reason

MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi")

MANIFEST_SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("song_id", pa.string(), nullable=False),  # md5 of the file's bytes
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("duplicate_of", pa.string()),  # path of the file that was kept
        pa.field("notes", pa.int64(), nullable=False),
        pa.field("seconds", pa.float64()),  # last offset
        pa.field("program", pa.int16()),
        pa.field("tempo", pa.float64()),  # quarters a minute, at the start
        pa.field("ticks_per_quarter", pa.int32()),
        pa.field("notes_digest", pa.string()),  # of the extracted notes
    ]
)


def _reason_fits_outcome(data: pandera.PyArrowData) -> bool:
    """Whether accepted files have notes and no reason, and others a reason of their outcome."""
    table = data.table
    accepted = pc.equal(table["outcome"], Outcome.ACCEPTED)
    duplicate = pc.equal(table["outcome"], Outcome.DUPLICATE)
    kinds = pa.array([str(reason) for reason in DUPLICATE_REASONS])
    checks = (
        pc.equal(accepted, pc.is_null(table["reason"])),
        pc.equal(duplicate, pc.is_in(table["reason"], value_set=kinds)),
        pc.or_(pc.invert(accepted), pc.greater(table["notes"], 0)),
    )
    return all(pc.all(mask).as_py() is not False for mask in checks)


def _one_of(values: Iterable[str]) -> pandera.Check:
    return pandera.Check.isin([str(value) for value in values])


CHECKS = {
    "bytes": pandera.Check.ge(0),
    "outcome": _one_of(Outcome),
    "reason": _one_of(Reason),
    "notes": pandera.Check.ge(0),
    "seconds": pandera.Check.gt(0),
    "program": pandera.Check.in_range(0, 127),
    "tempo": pandera.Check.gt(0),
    "ticks_per_quarter": pandera.Check.gt(0),
}

FileManifest = pandera.DataFrameSchema(
    {
        field.name: pandera.Column(field.type, CHECKS.get(field.name), nullable=field.nullable)
        for field in MANIFEST_SCHEMA
    },
    checks=[pandera.Check(_reason_fits_outcome, name="reason_fits_outcome")],
    strict=True,
    ordered=True,
    name="FileManifest",
)


class Counts(BaseModel):
    """Number of files of each outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: int = Field(ge=0)
    accepted: int = Field(ge=0)
    quarantined: int = Field(ge=0)
    duplicate: int = Field(ge=0)

    @property
    def is_complete(self) -> bool:
        """Whether every input is accounted for exactly once."""
        return self.inputs == self.accepted + self.quarantined + self.duplicate


class NoteDataset(BaseModel):
    """corpora/<corpus>/notes.json: writing it publishes the notes, manifests and families."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(description="Of the raw shards, the config and the extractor")
    raw_fingerprint: str
    counts: Counts
    notes: int = Field(ge=0)
    skipped: int = Field(0, ge=0, description="Files of the source that could not be read")
    families: int = Field(0, ge=0, description="Near-duplicate families of accepted songs")
    licence: str = ""
    attribution: str = ""
    source: str = Field("", description="The source as the config named it, without credentials")
    source_id: str = Field("", description="The same for every spelling of the source")
    peak_songs: int = Field(
        0, ge=0, description="Most songs accepted since a shrink or another source was allowed"
    )
    extraction: dict[str, int | float | str] = Field(
        default_factory=dict,
        description="Extractor version and config of the results; {}: an older version's",
    )
    facts: Facts = Field(default_factory=dict, description="Of the files; {}: an older version's")


class FileChanges(BaseModel):
    """Number of files of a source by how they differ from those of the ingest before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new: int = Field(0, ge=0, description="Files of a name that was not there")
    changed: int = Field(0, ge=0, description="Files of the same name with other bytes")
    reused: int = Field(0, ge=0, description="Files of the same name with the same bytes")
    removed: int = Field(0, ge=0, description="Files that are not there any more")

    def __str__(self) -> str:
        return (
            f"{self.new:,} new, {self.changed:,} changed, {self.reused:,} reused, "
            f"{self.removed:,} removed"
        )


class IngestSummary(BaseModel):
    """What the ingest flow returns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    fingerprint: str
    counts: Counts
    notes: int
    reused: bool = Field(description="The dataset was already complete")
    changes: FileChanges = Field(
        default_factory=FileChanges, description="Against the ingest before; all new in the first"
    )
    redone: str = Field("", description="Why all files were extracted again, if they were")


class QualityReport(BaseModel):
    """corpora/<corpus>/quality.json: written last, the report of these notes is complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(description="Of the notes that the report is about")
    facts: Facts = Field(default_factory=dict)
