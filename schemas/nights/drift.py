"""Drift: how far a corpus has moved from the corpus that the champion was trained on."""

from pydantic import BaseModel, ConfigDict, Field


class Drift(BaseModel):
    """The distance of a night's corpus from the champion's corpus, by feature and overall.

    Each figure is a Jensen-Shannon divergence in bits, from 0 (the same distribution) to 1
    (nothing in common); tasks/nights has the formula and its source.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())

    model_id: str = Field(description="The champion whose corpus this night's is compared with")
    by_feature: dict[str, float] = Field(
        description="Bits, 0 to 1: notes per song, pitch, tempo, program, songs per family, and "
        "share quarantined"
    )
    overall: float = Field(ge=0, le=1, description="Bits: the largest of the figures by feature")
    bound: float = Field(ge=0, le=1, description="Bits: the corpus has moved if overall is above")

    @property
    def has_moved(self) -> bool:
        """Whether the corpus has moved beyond the bound."""
        return self.overall > self.bound

    @property
    def widest(self) -> str:
        """The feature that moved most; the first of equals."""
        return max(self.by_feature, key=lambda name: self.by_feature[name])
