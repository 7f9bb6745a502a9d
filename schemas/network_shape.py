"""Sizes of the network, by preset."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NetworkShape(BaseModel):
    """Everything that fixes the shapes of the weights, besides the vocabulary.

    `memory_notes` of 0 is the plain source form: no matched memory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: int = Field(gt=0, description="Cells in each LSTM layer")
    layers: Literal[2] = 2
    window: int = Field(gt=0, description="Notes the encoder reads and the decoder predicts")
    embedding: int = Field(gt=0, description="Width of one note's embedding")
    head: int = Field(gt=0, description="Hidden width of each attribute's output head")
    memory_notes: int = Field(ge=0, description="Notes before the window that memory looks back on")


PRESETS: dict[str, NetworkShape] = {
    "small": NetworkShape(units=128, window=64, embedding=256, head=192, memory_notes=512),
    "medium": NetworkShape(units=256, window=64, embedding=256, head=256, memory_notes=1024),
    # The source project's network: 2 x 1024 cells, no memory.
    "seed": NetworkShape(units=1024, window=64, embedding=256, head=512, memory_notes=0),
}
