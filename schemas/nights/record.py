"""NightRecord: what one retrain run did, and what came of it.

nights/<corpus>/<start>-<run>.json, one for each run, written once at its end, whatever the outcome,
and never changed or pruned. A field that is added later has a default; fields of a later version
are passed over, so that the history stays readable after an upgrade and a downgrade.
"""

from typing import Literal, Self, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from nocturne.schemas.config.base import SchemeName
from nocturne.schemas.config.corpus_name import CorpusName
from nocturne.schemas.nights.drift import Drift

# promoted   the night's model became champion
# candidate  it passed the gate and waits for a person
# kept       it did not pass the gate: the champion stays
# no_news    there was nothing new to learn: no model was trained
# failed     a stage raised an error, or the run was stopped
# crashed    the process ended without a word; a later night or command wrote the record
NightOutcome = Literal["promoted", "candidate", "kept", "no_news", "failed", "crashed"]
OUTCOMES: tuple[NightOutcome, ...] = get_args(NightOutcome)
FINISHED: tuple[NightOutcome, ...] = ("promoted", "candidate", "kept", "no_news")  # went to the end


class FileCounts(BaseModel):
    """Files of the source by what the night did with them; None where that is not known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    inputs: int = Field(ge=0, description="accepted + quarantined + duplicate")
    accepted: int = Field(ge=0)
    quarantined: int = Field(ge=0)
    duplicate: int = Field(ge=0)
    new: int | None = Field(None, ge=0, description="Read and extracted in this night")
    reused: int | None = Field(None, ge=0, description="Kept from the nights before")


class NightRecord(BaseModel):
    """One retrain run. What a night did not reach is None or empty."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())

    run: str = Field(
        pattern=r"^[A-Za-z0-9-]{1,64}$", description="Id of the flow run: its first 8 digits"
    )
    flow_run_id: str | None = Field(None, description="Id of the flow run on the Prefect server")
    corpus: CorpusName = Field(min_length=1)
    scheme: SchemeName
    started: AwareDatetime
    ended: AwareDatetime
    outcome: NightOutcome
    reason: str = Field(description="Why it came to this outcome, in one line")
    seconds: dict[str, float] = Field(
        default_factory=dict, description="By stage: ingest, prepare, train, evaluate, ..."
    )
    files: FileCounts | None = None
    songs: dict[str, int] = Field(default_factory=dict, description="By split, as prepared")
    notes: dict[str, int] = Field(default_factory=dict, description="By split, as prepared")
    model_id: str | None = Field(None, description="The night's model; None if none was trained")
    bits_per_note: float | None = Field(None, description="Of the night's model, test songs")
    composite_bits_per_note: float | None = Field(None, description="Baseline, same songs")
    cache_bits_per_note: float | None = Field(None, description="Baseline, same songs")
    sample_figures: dict[str, float] = Field(
        default_factory=dict, description="Metrics of the night's model's samples, by name"
    )
    held_out_figures: dict[str, float] = Field(
        default_factory=dict, description="The same metrics of held-out songs, by name"
    )
    champion_before: str | None = None
    champion_after: str | None = None
    champion_bits_per_note: float | None = Field(
        None, description="Of the champion after, as measured when it was evaluated"
    )
    drift: Drift | None = Field(None, description="None without a champion to compare with")
    version: str = Field("", description="Version of Nocturne that wrote the record")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.ended < self.started:
            raise ValueError("ended is before started")
        return self

    @property
    def total_seconds(self) -> float:
        """Wall-clock seconds from start to end."""
        return (self.ended - self.started).total_seconds()

    @property
    def is_finished(self) -> bool:
        """Whether the night went to its end, whatever became of its model."""
        return self.outcome in FINISHED
