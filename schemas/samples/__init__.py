"""The files of a generation run: their table (manifest) and their description (run.json).

Under samples/<run_id>/: NNNNN.mid, NNNNN.png (piano roll, of the first samples), NNNNN.ogg (where
audio was asked for), from index 1,000 on in folders, as NN/NNNNN.mid; manifest.parquet
(SampleManifest, sorted by index), notes.parquet (the notes of all), run.json (SampleRun),
index.html (the gallery; further pages page-N.html). index.html is written last: it completes the
folder.
"""

from nocturne.schemas.samples.audio_facts import (
    EARLIER_RENDERERS,
    MAX_AUDIO_SECONDS,
    POOR_RENDERERS,
    RENDERER,
)
from nocturne.schemas.samples.manifest import (
    LATER_COLUMNS,
    SAMPLE_SCHEMA,
    SampleManifest,
    checked,
    completed,
    manifest_schema,
)
from nocturne.schemas.samples.origin import Origin
from nocturne.schemas.samples.parameter_columns import (
    LENGTH,
    PARAMETERS,
    TEXT_COLUMNS,
    parameter_row,
)
from nocturne.schemas.samples.piece_facts import PIECE_FACTS
from nocturne.schemas.samples.provenance import FileCheck, Provenance
from nocturne.schemas.samples.run import GeneratedRun, SampleRun

__all__ = [
    "EARLIER_RENDERERS",
    "LATER_COLUMNS",
    "LENGTH",
    "MAX_AUDIO_SECONDS",
    "PARAMETERS",
    "PIECE_FACTS",
    "POOR_RENDERERS",
    "RENDERER",
    "SAMPLE_SCHEMA",
    "TEXT_COLUMNS",
    "FileCheck",
    "GeneratedRun",
    "Origin",
    "Provenance",
    "SampleManifest",
    "SampleRun",
    "checked",
    "completed",
    "manifest_schema",
    "parameter_row",
]
