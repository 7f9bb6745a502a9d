"""The rows of the listings of a storage root: corpora, models, runs of samples."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from nocturne.schemas.config.base import SchemeName


class CorpusRow(BaseModel):
    """One corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    source: str = ""
    songs: int = Field(0, ge=0, description="Accepted files")
    quarantined: int = Field(0, ge=0)
    duplicates: int = Field(0, ge=0)
    notes: int = Field(0, ge=0)
    prepared: tuple[SchemeName, ...] = Field((), description="Schemes that it is prepared with")
    models: int = Field(0, ge=0)
    champions: dict[str, str] = Field(default_factory=dict, description="Model id by scheme")
    bytes: int = Field(ge=0, description="Of all its files, without models and samples")
    ingested: AwareDatetime | None = None
    damage: str = Field("", description="What is wrong with its markers; empty if nothing")


class ModelRow(BaseModel):
    """One model; a damaged one has its id and what is wrong alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    champion: bool = False
    corpus: str = ""
    scheme: SchemeName | None = None
    bits_per_note: float | None = None
    composite_bits_per_note: float | None = None
    repetition: float | None = None
    overlap: float | None = None
    train_seconds: float | None = None
    created: AwareDatetime | None = None
    damage: str = ""


class RunRow(BaseModel):
    """One run of samples."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run_id: str
    model_id: str = ""
    samples: int = Field(0, ge=0)
    notes: int = Field(0, ge=0, description="Notes in each sample")
    seed: int | None = None
    bytes: int = Field(ge=0)
    published: AwareDatetime | None = Field(None, description="None: it is not finished")


class UsageRow(BaseModel):
    """The files of one kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    files: int = Field(ge=0)
    bytes: int = Field(ge=0)
    what: str = Field(description="What the files are, in words")


class Usage(BaseModel):
    """All files of a storage root, and of its caches on this machine, by kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: str
    kinds: tuple[UsageRow, ...]
    files: int = Field(ge=0)
    bytes: int = Field(ge=0)
