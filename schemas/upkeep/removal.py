"""What tidy and delete remove, or would remove."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "model",
    "samples",
    "prime",
    "corpus",
    "staging",
    "download",
    "copy",
    "checkpoint",
    "unfinished",
    "upload",
]


class Removal(BaseModel):
    """One folder or file that goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    name: str = Field(description="Id of the model or run, name of the corpus or file")
    path: str = Field(description="Relative to the root; absolute for a cache of this machine")
    files: int = Field(ge=0)
    bytes: int = Field(ge=0)
    reason: str


class Stays(BaseModel):
    """One folder or file that would go, but is in use or cannot be deleted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    name: str
    why: str


class TidyReport(BaseModel):
    """What went, or would go in a dry run, and what stayed for the time being."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: str
    dry_run: bool
    removed: tuple[Removal, ...]
    stays: tuple[Stays, ...] = ()

    @property
    def files(self) -> int:
        """Number of files removed."""
        return sum(removal.files for removal in self.removed)

    @property
    def bytes(self) -> int:
        """Bytes removed."""
        return sum(removal.bytes for removal in self.removed)
