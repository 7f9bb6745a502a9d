"""Configs of sampling: SamplingConfig is passed whole from the command line to the sampler."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from nocturne.schemas.config.base import SchemeName, StorageConfig, as_plain_input, empty_as_none
from nocturne.schemas.config.changes import BY_CONTENT, CIRCUMSTANCE, Changes
from nocturne.schemas.config.rules import NAME, RUN
from nocturne.schemas.instruments import INSTRUMENTS, PROGRAMS, program_of

RandomInput = Literal["primer", "gaussian"]
MOST_SAMPLES = 1_000_000
SAMPLES = Changes("samples")


def _as_instrument_input(schema: dict[str, Any]) -> None:
    """Make forms offer a list of all instruments, a number, a name in any spelling, or nothing."""
    del schema["default"]  # as in as_plain_input
    schema["anyOf"] = [
        {"title": "Instrument", "type": "string", "enum": list(INSTRUMENTS)},
        {"title": "Number", "type": "integer", "minimum": 0, "maximum": PROGRAMS - 1},
        {"title": "Name", "type": "string"},
        {"title": "Corpus's own", "type": "null"},
    ]


class SamplingConfig(StorageConfig):
    """Which samples are drawn from a model, and what is written beside the MIDI files."""

    samples: Annotated[int, SAMPLES] = Field(
        16, title="Samples", description="MIDI files to make", ge=1, le=MOST_SAMPLES
    )
    notes: Annotated[int, SAMPLES] = Field(
        256, title="Notes per sample", description="Notes in each sample", ge=8, le=16_384
    )
    tempo: Annotated[float, SAMPLES] = Field(
        120.0,
        title="Tempo (BPM)",
        description="Tempo of the samples in quarter notes per minute",
        ge=20,
        le=400,
    )
    program: Annotated[int | str | None, BY_CONTENT] = Field(
        None,
        title="Instrument (MIDI program)",
        description="Sound of the samples: a General MIDI program from 0 to 127 or its name, such "
        "as flute (`nocturne programs` lists them); if empty, the corpus's most common program",
        json_schema_extra=_as_instrument_input,
    )
    temperature: Annotated[float, SAMPLES] = Field(
        0.9,
        title="Temperature",
        description="Divides the logits: samples are more predictable below 1, more varied above",
        gt=0,
        le=4,
    )
    top_p: Annotated[float, SAMPLES] = Field(
        1.0, title="Top-p", description="Sample from this much probability mass only", gt=0, le=1
    )
    random_input: Annotated[RandomInput, SAMPLES] = Field(
        "primer",
        title="Random input",
        description="primer continues a random window of the training songs; gaussian starts from "
        "a random decoder state",
    )
    audio: Annotated[bool, SAMPLES] = Field(
        True, title="Audio", description="Also render every sample as OGG"
    )
    seed: Annotated[int | None, SAMPLES] = Field(
        None,
        title="Seed",
        description="Seed of all random numbers: the same seed gives the same samples; if empty, "
        "a new seed is drawn each time",
        ge=0,
        lt=2**31,
        json_schema_extra=as_plain_input,
    )

    _empty_seed = field_validator("seed", mode="before")(empty_as_none)
    _program = field_validator("program", mode="before")(program_of)


class GenerateConfig(SamplingConfig):
    """Generate MIDI files and a gallery page with a trained model."""

    model: Annotated[str, BY_CONTENT] = Field(
        "champion", title="Model", description="champion, latest, or a model id", min_length=1
    )
    corpus: Annotated[str | None, NAME, CIRCUMSTANCE] = Field(
        None,
        title="Corpus",
        description="Corpus of the champion or latest model; if empty, the corpus trained last",
        json_schema_extra=as_plain_input,
    )
    scheme: Annotated[SchemeName | None, CIRCUMSTANCE] = Field(
        None,
        title="Category scheme",
        description="Category scheme of that model; if empty, the scheme trained last",
        json_schema_extra=as_plain_input,
    )
    run: Annotated[str | None, RUN, CIRCUMSTANCE] = Field(
        None,
        title="Run",
        description="Id of an earlier run to continue, with its model, seed and parameters; "
        "without more samples, its missing files are made",
        json_schema_extra=as_plain_input,
    )
    more: Annotated[int | None, CIRCUMSTANCE] = Field(
        None,
        title="More samples",
        description="Samples to add to the run or, if none is named, to the model's latest run",
        ge=1,
        lt=MOST_SAMPLES,
        json_schema_extra=as_plain_input,
    )

    _empty_names = field_validator("corpus", "scheme", "run", "more", mode="before")(empty_as_none)

    @property
    def action(self) -> str:
        """Return what the request asks for, as the name of its flow run."""
        if self.more is None and self.run is None:
            return f"generate {self.samples} with {self.model}"
        what = "what is missing" if self.more is None else f"{self.more} more"
        return f"generate {what} of {self.run or f'the latest run of {self.model}'}"
