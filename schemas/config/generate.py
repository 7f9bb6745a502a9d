"""Configs of sampling."""

from typing import Literal

from pydantic import Field

from schemas.config.base import Place, SchemeName, Seeded
from schemas.config.corpus_name import CorpusName

RandomInput = Literal["primer", "gaussian"]


class SamplingConfig(Place, Seeded):
    """How music is drawn from a model and what is written beside it."""

    samples: int = Field(16, title="Samples", description="MIDI files to make", ge=1, le=1_000_000)
    notes: int = Field(
        256, title="Notes per sample", description="Notes in each sample", ge=8, le=16_384
    )
    tempo: float = Field(
        120.0,
        title="Tempo (BPM)",
        description="Quarter notes a minute of the samples",
        ge=20,
        le=400,
    )
    program: int | None = Field(
        None,
        title="Instrument (MIDI program)",
        description="Sound of the samples; empty takes the corpus's most common one",
        ge=0,
        le=127,
    )
    temperature: float = Field(
        0.9,
        title="Temperature",
        description="Below 1 the samples are safer, above wilder",
        gt=0,
        le=4,
    )
    top_p: float = Field(
        1.0, title="Top-p", description="Sample from this much probability mass only", gt=0, le=1
    )
    random_input: RandomInput = Field(
        "primer",
        title="Random input",
        description="primer: a random training window; gaussian: a random vector as state",
    )
    audio: bool = Field(True, title="Audio", description="Also render every sample as OGG")


class GenerateConfig(SamplingConfig):
    """A model turns random input into MIDI files, in bulk, with a gallery page."""

    model: str = Field(
        "champion", title="Model", description="champion, latest, or a model id", min_length=1
    )
    corpus: CorpusName | None = Field(
        None,
        title="Corpus",
        description="Corpus whose champion or latest model plays; empty takes the last trained",
    )
    scheme: SchemeName | None = Field(
        None, title="Category scheme", description="Scheme of that model; empty takes the last"
    )
