"""What a check of a storage root finds."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Part = Literal[
    "corpus", "download", "model", "champion", "samples", "prime", "kept", "night", "file"
]


class Finding(BaseModel):
    """One thing that is not as it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Part
    path: str = Field(description="Relative to the root")
    problem: str
    mend: str = Field(description="What to do, or what --repair does")
    repairable: bool = Field(False, description="Whether --repair mends it")
    repaired: bool = Field(False, description="Whether this run mended it")


class VerifyReport(BaseModel):
    """What was checked, and what was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: str
    checked: dict[str, int] = Field(description="Things checked, by part")
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong, or everything that was is repaired."""
        return all(finding.repaired for finding in self.findings)
