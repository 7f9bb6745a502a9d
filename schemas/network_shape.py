"""The networks and their sizes, by preset."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

PresetName = Literal["small", "medium", "seed"]
PRESETS_IN_WORDS = "small (2x128) for CPU, medium (2x256), seed (2x1024, 2019's)"
NetworkName = Literal["encoder_decoder"]  # modules of tasks/model/network
# What each network is, followed by its layers and cells.
NETWORK_TITLES: dict[NetworkName, str] = {"encoder_decoder": "LSTM encoder and decoder"}


class NetworkShape(BaseModel):
    """Everything that fixes the shapes of the weights, besides the vocabulary.

    `memory_notes` of 0 is the plain source form: no matched memory. Models from before `network`
    was a field have the encoder-decoder, whose name is therefore never written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: NetworkName = Field("encoder_decoder", description="Module that defines the network")
    units: int = Field(gt=0, description="Cells in each LSTM layer")
    layers: Literal[2] = 2
    window: int = Field(gt=0, description="Notes the encoder reads and the decoder predicts")
    embedding: int = Field(gt=0, description="Width of one note's embedding")
    head: int = Field(gt=0, description="Hidden width of each attribute's output head")
    memory_notes: int = Field(ge=0, description="Notes before the window that memory reaches")

    @model_serializer(mode="wrap")
    def _without_first_network(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        if self.network == "encoder_decoder":
            del fields["network"]
        return fields


PRESETS: dict[PresetName, NetworkShape] = {
    "small": NetworkShape(units=128, window=64, embedding=256, head=192, memory_notes=512),
    "medium": NetworkShape(units=256, window=64, embedding=256, head=256, memory_notes=1024),
    # The source project's network: 2 x 1024 cells, no memory.
    "seed": NetworkShape(units=1024, window=64, embedding=256, head=512, memory_notes=0),
}
