"""Raw shards: every regular file of a source, as bytes, before anything is parsed.

raw/<corpus>/shard-NNNNN.parquet has the columns path (string), md5 (string), bytes (int64) and
content (large_binary); corpora/<corpus>/raw.json is a RawDataset, whose writing publishes them.
downloads/<corpus>/<name> is the archive, if the source is a URL, with <name>.download.json beside.

`content` is null for a file that is MIDI neither by content nor by name, and for one above
`max_file_bytes`. A shard holds `shard_files` rows (the last one fewer) in row groups of at most
about 8 MiB of content, so that a reader can take one row group at a time.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from nocturne.schemas.facts import Facts


class SkippedFile(BaseModel):
    """A file of the source that could not be read, and so has no row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


class RawDataset(BaseModel):
    """Completion marker of the raw shards of one corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(description="Of the source and the config that shaped the shards")
    source: str = Field(description="The source as the user named it, without credentials")
    files: int = Field(ge=1, description="Rows in all shards")
    midi: int = Field(ge=1, description="Rows with content")
    bytes: int = Field(ge=0, description="Total size of the files")
    shards: int = Field(ge=1)
    skipped: int = Field(0, ge=0, description="Files that could not be read: they have no row")
    skipped_files: tuple[SkippedFile, ...] = Field((), description="The first of them")
    licence: str = ""
    attribution: str = ""
    facts: Facts = Field(default_factory=dict, description="Of the shards; {}: an older version's")
    reused: bool = Field(False, exclude=True, description="Whether this run found it done")
    files_read: int = Field(0, ge=0, exclude=True, description="Files that this run read")
    shards_written: int = Field(0, ge=0, exclude=True, description="Shards that this run wrote")
    read_because: str = Field("", exclude=True, description="Why this run read all files")

    def as_marker(self) -> Self:
        """Return the dataset without what a single run says of itself, as the marker has it."""
        return self.model_validate(self.model_dump())


class DownloadRecord(BaseModel):
    """Record of the file downloads/<corpus>/<name>; without it a download is not finished."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="Without credentials and query")
    url_sha256: str = Field(description="Digest of the whole URL")
    bytes: int = Field(ge=0)
    sha256: str
    etag: str | None = None
    last_modified: str | None = None
