"""The manifest of a generation run: one row for every MIDI file."""

# mypy: disable-error-code="valid-type"
# pandera's pyarrow columns are instances of Arrow types, which mypy does not take for types.
from functools import cache
from itertools import pairwise
from typing import Any

import pandera.pyarrow as pandera
import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.samples.audio_facts import EARLIER_RENDERERS, POOR_RENDERERS, RENDERER
from nocturne.schemas.samples.parameter_columns import (
    PARAMETERS,
    TEXT_COLUMNS,
    arrow_type,
    checks_of,
)
from nocturne.schemas.samples.piece_facts import PIECE_FACTS

# The columns that every manifest has, and their order; the others are null in manifests of
# versions that did not write them, and come after these.
FIRST_COLUMNS = (
    "run_id",
    "index",
    "file",
    "seed",
    "model_id",
    "vocabulary_id",
    "temperature",
    "top_p",
    "random_input",
    "tempo",
    "program",
    "notes",
    "beats",
    "seconds",
    "lowest_pitch",
    "highest_pitch",
    "distinct_pitches",
    "midi_bytes",
    "midi_sha256",
    "picture",
    "audio",
    "audio_seconds",
    "audio_renderer",
)


def _file(suffix: str) -> str:
    """Return the pattern of paths of pieces' files in a run's folder."""
    return rf"^(\d{{2,4}}/)?\d{{5,7}}\.{suffix}$"


class SampleManifest(pandera.DataFrameModel):
    """One row per generated MIDI file, beside the columns of the sampling parameters.

    `file`, `picture` and `audio` lie in the run's folder; `seconds` and `beats` (quarters)
    reach from the start to the last note-off; `picture` and the names
    of further formats are null where there is no such file. Sizes are of the files; those of
    pictures and audio are null in manifests of earlier versions.
    `picture_beats` has begin and end of every stretch of beats that the picture draws to scale,
    rising; null without a picture, and where it is of an earlier version, which shortened nothing.
    A sample depends only on (model_id, seed, index) and the sampling parameters.
    """

    run_id: pa.string()
    index: pa.int64() = pandera.Field(ge=0, unique=True)
    file: pa.string() = pandera.Field(str_matches=_file("mid"), unique=True)
    model_id: pa.string()
    vocabulary_id: pa.string()
    program: pa.int64() = pandera.Field(ge=0, le=127)
    notes: pa.int64() = pandera.Field(ge=1)
    beats: pa.float64() = pandera.Field(gt=0)
    seconds: pa.float64() = pandera.Field(gt=0)
    lowest_pitch: pa.int64() = pandera.Field(ge=0, le=127)
    highest_pitch: pa.int64() = pandera.Field(ge=0, le=127)
    distinct_pitches: pa.int64() = pandera.Field(ge=1, le=128)
    midi_bytes: pa.int64() = pandera.Field(gt=0)
    midi_sha256: pa.string() = pandera.Field(str_matches=r"^[0-9a-f]{64}$")
    picture: pa.string() = pandera.Field(nullable=True, str_matches=_file("png"))
    audio: pa.string() = pandera.Field(nullable=True, str_matches=_file("ogg"))
    audio_seconds: pa.float64() = pandera.Field(nullable=True, gt=0)
    audio_renderer: pa.string() = pandera.Field(
        nullable=True, isin=[RENDERER, *EARLIER_RENDERERS, *POOR_RENDERERS]
    )
    picture_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    audio_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    wav: pa.string() = pandera.Field(nullable=True, str_matches=_file("wav"))
    wav_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    abc: pa.string() = pandera.Field(nullable=True, str_matches=_file("abc"))
    abc_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    musicxml: pa.string() = pandera.Field(nullable=True, str_matches=_file("musicxml"))
    musicxml_bytes: pa.int64() = pandera.Field(nullable=True, gt=0)
    picture_beats: pa.list_(pa.float64()) = pandera.Field(nullable=True)

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
        """Stretches of a picture have a begin and an end, and follow each other in time."""
        pictures = [beats for beats in data.table["picture_beats"].to_pylist() if beats is not None]
        rises = all(a < b for beats in pictures for a, b in pairwise(beats))
        return rises and all(beats and len(beats) % 2 == 0 for beats in pictures)


@cache
def manifest_schema(further: tuple[pa.Field, ...] = ()) -> pa.Schema:
    """Return the Arrow schema of a manifest that has `further` columns of output formats."""
    parameters = {name: arrow_type(field.annotation) for name, field in PARAMETERS.items()}
    texts = {column: pa.string() for column in TEXT_COLUMNS.values()}
    types = SampleManifest.__annotations__ | parameters | texts
    later = [name for name in types if name not in FIRST_COLUMNS]
    fixed = SampleManifest.to_schema().columns
    nullable = {*later, *TEXT_COLUMNS}
    fields = [
        pa.field(name, types[name], fixed[name].nullable if name in fixed else name in nullable)
        for name in (*FIRST_COLUMNS, *later)
    ]
    return pa.schema([*fields, *PIECE_FACTS, *further])


@cache
def _contract(further: tuple[pa.Field, ...]) -> pandera.DataFrameSchema:
    """Return the whole check of a manifest that has `further` columns of output formats."""
    base = SampleManifest.to_schema()
    columns = {
        field.name: base.columns.get(field.name) or _generated_column(field)
        for field in manifest_schema(further)
    }
    return pandera.DataFrameSchema(columns, checks=base.checks, strict=True, ordered=True)


def _generated_column(field: pa.Field) -> pandera.Column:
    """Return the check of a column of a sampling parameter or of an output format."""
    checks = checks_of(PARAMETERS[field.name]) if field.name in PARAMETERS else []
    return pandera.Column(field.type, checks, nullable=field.nullable)


SAMPLE_SCHEMA = manifest_schema()
LATER_COLUMNS = tuple(SAMPLE_SCHEMA.names[len(FIRST_COLUMNS) :])


def checked(manifest: pa.Table, further: tuple[pa.Field, ...] = ()) -> pa.Table:
    """Return `manifest` if it keeps the contract, else raise pandera's SchemaError."""
    _contract(further).validate(manifest)
    return manifest


def completed(manifest: pa.Table, further: tuple[pa.Field, ...] = ()) -> pa.Table:
    """Return a manifest with the columns that an earlier version did not write, as nulls."""
    for field in list(manifest_schema(further))[len(FIRST_COLUMNS) :]:
        if field.name not in manifest.column_names:
            nulls = pa.nulls(manifest.num_rows, field.type)
            manifest = manifest.append_column(field, nulls)
    names = manifest_schema(further).names
    return manifest.select(names) if set(manifest.column_names) == set(names) else manifest
