"""What a flow would do: a dry run's answer."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# reused     it is there already
# made       it is made, or made again
# continued  a run that was cut off is gone on with
# depends    on what a stage before it finds
StageOutcome = Literal["reused", "made", "continued", "depends"]


class StageForecast(BaseModel):
    """One stage of a flow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    outcome: StageOutcome
    what: str = Field(description="What is reused or made, in words")
    seconds: float | None = Field(
        None, ge=0, description="As earlier runs took; None where none is known"
    )

    @model_validator(mode="before")
    @classmethod
    def _reuse_is_quick(cls, fields: dict[str, object]) -> dict[str, object]:
        """Count no seconds for what is reused."""
        return {**fields, "seconds": 0.0} if fields.get("outcome") == "reused" else fields


class Forecast(BaseModel):
    """What a flow would do, stage by stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flow: str
    root: str
    stages: tuple[StageForecast, ...]
    seconds: float | None = Field(None, ge=0, description="In all; None if a stage's is not known")

    @classmethod
    def of(cls, flow: str, root: str, stages: list[StageForecast]) -> Self:
        """Return the forecast of the stages, with the sum of their seconds if all are known."""
        known = [stage.seconds for stage in stages if stage.seconds is not None]
        total = sum(known) if len(known) == len(stages) else None
        return cls(flow=flow, root=root, stages=tuple(stages), seconds=total)
