"""What compose returns: the result of each of its four stages."""

from pydantic import BaseModel, ConfigDict, Field

from nocturne.schemas.manifest import IngestSummary
from nocturne.schemas.model_card import TrainedModel
from nocturne.schemas.samples import GeneratedRun
from nocturne.schemas.sequences import SequenceDataset


class Composition(BaseModel):
    """A source of MIDI in, new MIDI out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ingested: IngestSummary
    prepared: SequenceDataset
    trained: TrainedModel
    generated: GeneratedRun
    caution: str = Field("", description="Why the music may be noise; empty for a sound model")
