"""One frozen pydantic model per stage.

The Prefect UI form, the command line's flags and help, and all validation come from these
fields: nothing is declared twice. A composed stage inherits the fields of its parts.
"""

from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Reader = Literal["symusic", "pretty_midi"]
SchemeName = Literal["factored", "song-max"]
PresetName = Literal["small", "medium", "seed"]
Executor = Literal["auto", "xla", "keras"]
RandomInput = Literal["primer", "gaussian"]
CorpusName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
OtherConfig = TypeVar("OtherConfig", bound="Config")


class Config(BaseModel):
    """Base of all configs: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def part(self, stage: type[OtherConfig]) -> OtherConfig:
        """Return the fields that `stage` declares, as its own config."""
        return stage.model_validate({name: getattr(self, name) for name in stage.model_fields})

    def having(self, **changes: object) -> Self:
        """Return a validated copy with some fields changed."""
        return type(self).model_validate({**self.model_dump(), **changes})


class Place(Config):
    root: str = Field(
        "./nocturne-data",
        title="Storage root",
        description="Folder or URI (file://, s3://, gs://) under which everything is kept",
        min_length=1,
    )


class CorpusPlace(Place):
    corpus: CorpusName = Field(
        "folk", title="Corpus", description="Name of the corpus inside the storage root"
    )


class SchemePlace(CorpusPlace):
    scheme: SchemeName = Field(
        "factored",
        title="Category scheme",
        description="factored keeps time and exact pitch; song-max is the 2019 scheme",
    )


class Seeded(Config):
    seed: int = Field(0, title="Seed", description="Fixes everything random", ge=0, lt=2**31)


class IngestConfig(CorpusPlace):
    """Sources become raw shards; every file becomes notes or a manifest row that says why not."""

    source: str = Field(
        "folk",
        title="Source",
        description="folk (embedded), lakh-full, lakh-matched, lakh-clean, a folder, "
        "a .tar.gz, .tar or .zip archive, or an http(s) URL of one",
        min_length=1,
    )
    source_url: str | None = Field(
        None, title="Source URL", description="Mirror to download a lakh-* source from"
    )
    source_sha256: str | None = Field(
        None,
        title="Source SHA-256",
        description="Expected SHA-256 of a download; a mismatch is an error",
        pattern=r"^[0-9a-f]{64}$",
    )
    reader: Reader = Field("symusic", title="Reader", description="Parser of the MIDI files")
    shard_files: int = Field(
        1000, title="Files per shard", description="Files in one unit of work", ge=1, le=100_000
    )
    workers: int = Field(
        2, title="Worker processes", description="Isolated parser processes", ge=1, le=256
    )
    timeout_seconds: float = Field(
        20.0, title="Time limit per file (s)", description="A slower file is quarantined", gt=0
    )
    worker_memory_mib: int = Field(
        1024, title="Worker memory (MiB)", description="Limit of one parser process", ge=256
    )
    max_file_bytes: int = Field(
        8 * 1024**2, title="Largest file (bytes)", description="Larger is quarantined", ge=64
    )
    max_notes: int = Field(
        200_000, title="Most notes per file", description="More is quarantined", ge=1
    )
    max_song_seconds: float = Field(
        3 * 3600.0, title="Longest song (s)", description="Longer is quarantined", gt=0
    )
    max_quarantined_share: float = Field(
        0.5,
        title="Largest quarantined share",
        description="Ingest fails above this share of quarantined files",
        ge=0,
        le=1,
    )


class PrepareConfig(SchemePlace):
    """Notes become split, categorised sequences and a vocabulary fitted on the training split."""

    valid_share: float = Field(
        0.1, title="Validation share", description="Share of songs for validation", gt=0, lt=0.5
    )
    test_share: float = Field(
        0.1, title="Test share", description="Share of songs held out for testing", gt=0, lt=0.5
    )
    min_song_notes: int = Field(
        16, title="Fewest notes per song", description="Songs with fewer are left out", ge=2
    )


class TrainConfig(SchemePlace, Seeded):
    """An LSTM encoder-decoder learns to continue a window of notes with the next one."""

    preset: PresetName = Field(
        "small",
        title="Preset",
        description="Network size: small (2x128) for CPU, medium (2x256), seed (2x1024, 2019's)",
    )
    max_minutes: float = Field(
        60.0,
        title="Longest training (min)",
        description="Training ends here with its best weights so far",
        gt=0,
    )
    max_epochs: int = Field(
        200, title="Most epochs", description="Passes over the training notes", ge=1
    )
    patience: int = Field(
        10,
        title="Patience (evaluations)",
        description="Evaluations without a better validation loss before training stops",
        ge=1,
    )
    batch: int = Field(32, title="Batch (windows)", description="Windows per step", ge=1, le=4096)
    learning_rate: float = Field(
        3e-3, title="Learning rate", description="Adam's peak rate, cosine decay", gt=0, le=1
    )
    clip_norm: float = Field(
        1.0, title="Gradient clip", description="Largest global gradient norm", gt=0
    )
    dropout: float = Field(0.1, title="Dropout", description="Share of cells dropped", ge=0, lt=1)
    transpose_down: int = Field(
        5, title="Transpose down (semitones)", description="Lowest augmentation", ge=0, le=11
    )
    transpose_up: int = Field(
        6, title="Transpose up (semitones)", description="Highest augmentation", ge=0, le=11
    )
    executor: Executor = Field(
        "auto", title="Executor", description="xla on CPU and keras (cuDNN) on GPU, or forced"
    )
    checkpoint_minutes: float = Field(
        2.0, title="Checkpoint every (min)", description="Longest work a crash can lose", gt=0
    )
    resume: bool = Field(
        True, title="Resume", description="Go on from an unfinished run of the same config"
    )
    init_from: str | None = Field(
        None, title="Start from model", description="champion or a model id: a warm start"
    )


class SamplingConfig(Place, Seeded):
    """How music is drawn from a model and what is written beside it."""

    samples: int = Field(16, title="Samples", description="MIDI files to make", ge=1, le=1_000_000)
    notes: int = Field(256, title="Notes per sample", description="Length", ge=8, le=16_384)
    temperature: float = Field(
        0.9, title="Temperature", description="Below 1 is safer, above is wilder", gt=0, le=4
    )
    top_p: float = Field(
        1.0, title="Top-p", description="Sample from this much probability mass only", gt=0, le=1
    )
    random_input: RandomInput = Field(
        "primer",
        title="Random input",
        description="primer: a random training window; gaussian: a random vector as state",
    )
    tempo: float = Field(120.0, title="Tempo (BPM)", description="Quarters a minute", ge=20, le=400)
    program: int | None = Field(
        None,
        title="Instrument (MIDI program)",
        description="0-127; empty takes the corpus's most common one",
        ge=0,
        le=127,
    )
    audio: bool = Field(True, title="Audio", description="Also render every sample as OGG")


class GenerateConfig(SamplingConfig):
    """A model turns random input into MIDI files, in bulk, with a gallery page."""

    model: str = Field(
        "champion", title="Model", description="champion, latest, or a model id", min_length=1
    )


class PromoteConfig(Place):
    """A person makes a model champion, or takes the last promotion back."""

    model: str = Field(
        "latest", title="Model", description="latest, or a model id: the new champion", min_length=1
    )
    rollback: bool = Field(
        False, title="Roll back", description="Make the champion before this one champion again"
    )


class RetrainConfig(IngestConfig, PrepareConfig, TrainConfig):
    """What is new in a source, and a model that has learned from it: the nightly run."""


class ComposeConfig(RetrainConfig, SamplingConfig):
    """All four stages: a source of MIDI in, new MIDI out."""
