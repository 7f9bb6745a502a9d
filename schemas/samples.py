"""What a generation run publishes: one row for every MIDI file it made, and where they are.

Under samples/<run_id>/: NNNNN.mid, NNNNN.png (piano roll), NNNNN.ogg (when audio was asked for),
manifest.parquet (SampleManifest, sorted by index), run.json (SampleRun), index.html (the
gallery; further pages page-N.html), written last: it completes the folder.
"""

# mypy: disable-error-code="valid-type"
# pandera's pyarrow columns are instances of Arrow types, which mypy does not take for types.
from itertools import pairwise
from typing import Any

import pandera.pyarrow as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, field_validator

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.credentials import without_keys

SAMPLE_SCHEMA = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("index", pa.int64(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("seed", pa.int64(), nullable=False),
        pa.field("model_id", pa.string(), nullable=False),
        pa.field("vocabulary_id", pa.string(), nullable=False),
        pa.field("temperature", pa.float64(), nullable=False),
        pa.field("top_p", pa.float64(), nullable=False),
        pa.field("random_input", pa.string(), nullable=False),
        pa.field("tempo", pa.float64(), nullable=False),
        pa.field("program", pa.int64(), nullable=False),
        pa.field("notes", pa.int64(), nullable=False),
        pa.field("beats", pa.float64(), nullable=False),
        pa.field("seconds", pa.float64(), nullable=False),
        pa.field("lowest_pitch", pa.int64(), nullable=False),
        pa.field("highest_pitch", pa.int64(), nullable=False),
        pa.field("distinct_pitches", pa.int64(), nullable=False),
        pa.field("midi_bytes", pa.int64(), nullable=False),
        pa.field("midi_sha256", pa.string(), nullable=False),
        pa.field("picture", pa.string(), nullable=False),
        pa.field("audio", pa.string(), nullable=True),
        pa.field("audio_seconds", pa.float64(), nullable=True),
        pa.field("audio_renderer", pa.string(), nullable=True),
        pa.field("picture_bytes", pa.int64(), nullable=True),
        pa.field("audio_bytes", pa.int64(), nullable=True),
        pa.field("picture_beats", pa.list_(pa.float64()), nullable=True),
    ]
)
# What made the audio. Earlier versions used FluidSynth's program or pretty_midi's own synthesis,
# in which all instruments sound alike: audio of such a renderer is made again.
RENDERER = "rustysynth"
MAX_AUDIO_SECONDS = 300.0  # of music; bounds memory at about 80 MB a rendering
EARLIER_RENDERERS = ("fluidsynth",)
POOR_RENDERERS = ("pretty_midi",)
# Manifests of earlier versions lack them.
LATER_COLUMNS = ("picture_bytes", "audio_bytes", "picture_beats")


class SampleManifest(pandera.DataFrameModel):
    """One row per generated MIDI file.

    `file`, `picture` and `audio` lie in the run's folder; `seconds` and `beats` (quarters)
    reach from the start to the last note-off; `audio` is null when none was rendered. Sizes
    are of the files; those of pictures and audio are null in manifests of earlier versions.
    `picture_beats` has begin and end of every stretch of beats that the picture draws to scale,
    rising; null where the picture is of an earlier version, which shortened nothing.
    A sample depends only on (model_id, seed, index) and the sampling parameters.
    """

    run_id: pa.string()
    index: pa.int64() = pandera.Field(ge=0, unique=True)
    file: pa.string() = pandera.Field(str_matches=r"^\d{5,7}\.mid$", unique=True)
    seed: pa.int64() = pandera.Field(ge=0)
    model_id: pa.string()
    vocabulary_id: pa.string()
    temperature: pa.float64() = pandera.Field(gt=0, le=4)
    top_p: pa.float64() = pandera.Field(gt=0, le=1)
    random_input: pa.string() = pandera.Field(isin=["primer", "gaussian"])
    tempo: pa.float64() = pandera.Field(ge=20, le=400)
    program: pa.int64() = pandera.Field(ge=0, le=127)
    notes: pa.int64() = pandera.Field(ge=1)
    beats: pa.float64() = pandera.Field(gt=0)
    seconds: pa.float64() = pandera.Field(gt=0)
    lowest_pitch: pa.int64() = pandera.Field(ge=0, le=127)
    highest_pitch: pa.int64() = pandera.Field(ge=0, le=127)
    distinct_pitches: pa.int64() = pandera.Field(ge=1, le=128)
    midi_bytes: pa.int64() = pandera.Field(gt=0)
    midi_sha256: pa.string() = pandera.Field(str_matches=r"^[0-9a-f]{64}$")
    picture: pa.string() = pandera.Field(str_matches=r"^\d{5,7}\.png$")
    audio: pa.string() = pandera.Field(nullable=True, str_matches=r"^\d{5,7}\.ogg$")
    audio_seconds: pa.float64() = pandera.Field(nullable=True, gt=0)
    audio_renderer: pa.string() = pandera.Field(
        nullable=True, isin=[RENDERER, *EARLIER_RENDERERS, *POOR_RENDERERS]
    )
    picture_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    audio_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    picture_beats: pa.list_(pa.float64()) = pandera.Field(nullable=True)

    class Config:
        strict = True
        ordered = True

    @pandera.dataframe_check
    def whole_and_in_order(cls, data: Any) -> bool:  # noqa: N805 - pandera binds the class
        """Samples count up by one; a sample has all three facts of its audio or none."""
        table = data.table
        index = table["index"].to_numpy()
        silent = [
            pc.is_null(table[c]).to_pylist() for c in ("audio", "audio_seconds", "audio_renderer")
        ]
        return bool((index[1:] - index[:-1] == 1).all()) and silent[0] == silent[1] == silent[2]

    @pandera.dataframe_check
    def stretches_rise(cls, data: Any) -> bool:  # noqa: N805 - pandera binds the class
        """Every stretch of a picture has a begin and an end, and comes after the one before."""
        pictures = [beats for beats in data.table["picture_beats"].to_pylist() if beats is not None]
        rises = all(a < b for beats in pictures for a, b in pairwise(beats))
        return rises and all(beats and len(beats) % 2 == 0 for beats in pictures)


def checked(manifest: pa.Table) -> pa.Table:
    """Return `manifest` if it keeps the contract, else raise pandera's SchemaError."""
    SampleManifest.validate(manifest)
    return manifest


def completed(manifest: pa.Table) -> pa.Table:
    """Return a manifest with the columns that an earlier version did not write, as nulls."""
    for name in LATER_COLUMNS:
        if name not in manifest.column_names:
            field = SAMPLE_SCHEMA.field(name)
            manifest = manifest.append_column(field, pa.nulls(manifest.num_rows, field.type))
    return manifest


class SampleRun(BaseModel):
    """run.json: what fixes every byte of a run's MIDI. Its seed is never empty.

    A run is named once, by its first request; --more then adds samples under the same name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run_id: str
    model_id: str
    vocabulary_id: str
    program: int = Field(ge=0, le=127)
    config: GenerateConfig
    drawn_seed: bool = Field(False, description="Whether the seed was left empty, and drawn")
    first_samples: int | None = Field(
        None, description="Samples of the request that named the run, if it was extended"
    )
    extends: int | None = Field(None, description="Samples before the last extension")
    page_bytes: dict[str, int] = Field({}, description="Size of every page, by its file's name")

    _no_keys = field_validator("config", mode="before")(without_keys)

    @property
    def seed(self) -> int:
        """The seed, which may have been drawn; ValueError if there is none."""
        if self.config.seed is None:
            raise ValueError(f"run {self.run_id} has no seed")
        return self.config.seed

    def with_samples(self, samples: int, **changes: Any) -> "SampleRun":
        """Return the same run with another number of samples, under the same name."""
        first = self.first_samples or self.config.samples
        config = self.config.copy_with(samples=samples)
        return self.model_copy(update={"config": config, "first_samples": first, **changes})


class GeneratedRun(BaseModel):
    """What a generation flow returns: where the music is."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run_id: str
    model_id: str
    samples: int
    seed: int = Field(description="Seed of the samples: it makes the same ones again")
    folder: str = Field(description="Folder with the MIDI files")
    gallery: str = Field(description="Page to open in a browser")
    manifest: str = Field(description="Parquet table with one row per MIDI file")
    reused: bool = Field(description="Whether an identical run had been done before")
    caution: str = Field("", description="Why the music may be noise; empty for a sound model")
