"""What a MIDI file says of how it was made, and whether it is made again just so."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nocturne.schemas.samples.origin import Origin


class Provenance(BaseModel):
    """How a MIDI file was made: the texts in it, and the command that makes it again."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    file: str
    model_id: str
    origin: Origin
    seed: int
    index: int = Field(ge=0)
    settings: dict[str, Any] = Field(description="Parameters of the sampler, and the program")
    command: str = Field(description="Makes the file again in a root that has the model")


class FileCheck(BaseModel):
    """Whether a MIDI file is what its model makes again."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    file: str
    model_id: str
    agrees: bool = Field(description="Whether the bytes are the same")
    outcome: str = Field(description="What agrees and what does not, in one line")
