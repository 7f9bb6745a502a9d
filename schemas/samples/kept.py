"""Pieces of runs that a person keeps: what a page exports, and the record of kept/<run>/."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

MOST_KEPT = 10_000  # pieces in one request


class KeepRequest(BaseModel):
    """The file that a gallery page saves for `nocturne keep`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["nocturne-keep"]
    run_id: str
    indices: list[NonNegativeInt] = Field(min_length=1, max_length=MOST_KEPT)


class KeptRun(BaseModel):
    """The kept pieces of one run: the content of kept/<run>/kept.json."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run_id: str
    model_id: str
    pieces: dict[NonNegativeInt, dict[str, str]] = Field(
        description="SHA-256 of every file, by index and file name"
    )


class KeptPieces(BaseModel):
    """What one request has kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    folder: str
    pieces: int = Field(description="Pieces of the request")
    added: int = Field(description="Pieces that were not kept before")
