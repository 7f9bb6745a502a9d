"""Where the music of a run comes from, as its MIDI files say."""

from pydantic import BaseModel, ConfigDict, Field


class Origin(BaseModel):
    """The model's training data and weights, and the version of Nocturne; empty if not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field("", description="Of Nocturne, when the run was planned")
    weights_sha256: str = Field("", description="Of the model's weights")
    corpus: str = Field("", description="Corpus that the model was trained on")
    attribution: str = Field("", description="Whose music the corpus is")
    licence: str = Field("", description="Licence of the corpus")
