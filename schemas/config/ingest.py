"""Config of ingest."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from nocturne.schemas.config.base import CorpusConfig
from nocturne.schemas.config.changes import BY_CONTENT, CIRCUMSTANCE, Changes
from nocturne.schemas.config.corpus_name import corpus_name_of
from nocturne.schemas.config.local_path import as_text
from nocturne.schemas.config.rules import SHA256

DEFAULT_SOURCE = "folk"

Reader = Literal["symusic", "pretty_midi"]
NOTES = Changes("notes")


class IngestConfig(CorpusConfig):
    """Split a source into raw shards, and extract from each file its notes or a reason why not."""

    source: Annotated[str, BY_CONTENT] = Field(
        DEFAULT_SOURCE,
        title="Source",
        description="folk (embedded), lakh-full, lakh-matched, lakh-clean, a folder, "
        "a .tar.gz, .tar or .zip archive, or an http(s) URL of one",
        min_length=1,
    )
    source_url: Annotated[str | None, BY_CONTENT] = Field(
        None, title="Source URL", description="Mirror from which a lakh-* source is downloaded"
    )
    source_sha256: Annotated[str | None, SHA256, BY_CONTENT] = Field(
        None,
        title="Source SHA-256",
        description="Expected SHA-256 of a download; another one is an error",
    )
    reader: Annotated[Reader, NOTES] = Field(
        "symusic", title="Reader", description="Library that parses the MIDI files"
    )
    shard_files: Annotated[int, Changes("raw")] = Field(
        1000,
        title="Files per shard",
        description="Number of files in one unit of work",
        ge=1,
        le=100_000,
    )
    workers: Annotated[int, CIRCUMSTANCE] = Field(
        2, title="Worker processes", description="Number of isolated parser processes", ge=1, le=256
    )
    timeout_seconds: Annotated[float, NOTES] = Field(
        20.0,
        title="Time limit per file (s)",
        description="Seconds that one file may take; a slower file is quarantined",
        gt=0,
        le=3600,
    )
    worker_memory_mib: Annotated[int, NOTES] = Field(
        1024,
        title="Worker memory (MiB)",
        description="Memory limit of one parser process",
        ge=256,
        le=1024**2,
    )
    max_file_bytes: Annotated[int, Changes("raw", "notes")] = Field(
        8 * 1024**2,
        title="Largest file (bytes)",
        description="A larger file is quarantined",
        ge=64,
        le=1024**3,
    )
    max_notes: Annotated[int, NOTES] = Field(
        200_000,
        title="Most notes per file",
        description="A file with more notes is quarantined",
        ge=1,
        le=100_000_000,
    )
    max_song_seconds: Annotated[float, NOTES] = Field(
        3 * 3600.0,
        title="Longest song (s)",
        description="A longer song is quarantined",
        gt=0,
        le=30 * 24 * 3600,
    )
    max_quarantined_share: Annotated[float, CIRCUMSTANCE] = Field(
        0.5,
        title="Largest quarantined share",
        description="Ingest fails above this share of quarantined files",
        ge=0,
        le=1,
    )
    max_shrink: Annotated[float, CIRCUMSTANCE] = Field(
        0.1,
        title="Largest shrink",
        description="Ingest stops, and the corpus stays as it is, if more than this share of its "
        "accepted songs would be lost",
        ge=0,
        le=1,
    )
    allow_shrink: Annotated[bool, CIRCUMSTANCE] = Field(
        False,
        title="Allow shrink",
        description="Let the corpus lose more songs than the largest shrink",
    )
    reread: Annotated[bool, CIRCUMSTANCE] = Field(
        False,
        title="Read again",
        description="Read every file of a folder or local archive, also where size and times show "
        "no change",
    )
    replace: Annotated[bool, CIRCUMSTANCE] = Field(
        False,
        title="Replace",
        description="Replace the corpus if it was made from another source",
    )

    @field_validator("source", mode="before")
    @classmethod
    def _source_as_text(cls, source: Any) -> Any:
        """Return a path that is not UTF-8 as its URI, which can be stored and shown."""
        return as_text(source) if isinstance(source, str) else source

    @model_validator(mode="before")
    @classmethod
    def _named_after_source(cls, fields: Any) -> Any:
        """Name a corpus without a name after its source."""
        if not isinstance(fields, dict) or fields.get("corpus"):
            return fields
        source = fields.get("source", DEFAULT_SOURCE)
        return {**fields, "corpus": corpus_name_of(source)} if isinstance(source, str) else fields
