"""Config of generation: what is asked of a run, and of which model."""

from typing import Annotated

from pydantic import Field, field_validator

from nocturne.schemas.config.base import SchemeName, as_plain_input, empty_as_none
from nocturne.schemas.config.changes import BY_CONTENT, CIRCUMSTANCE
from nocturne.schemas.config.rules import NAME, RUN
from nocturne.schemas.config.sampling import MOST_SAMPLES, SamplingConfig


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
