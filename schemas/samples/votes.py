"""Votes of a listening test: what a gallery page saves, and what a model has been given in all."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt


class Vote(BaseModel):
    """One pair that somebody heard, and whether the real piece was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample: NonNegativeInt = Field(description="Index of the sample in its run")
    real: str = Field(pattern=r"^[0-9a-f]{32}$", description="Id of the held-out song")
    correct: bool


class VotesFile(BaseModel):
    """The file that a gallery page saves for `nocturne votes`: one session of one listener."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    kind: Literal["nocturne-votes"]
    run_id: str
    model_id: str
    session: str = Field(pattern=r"^[0-9-]{1,50}$", description="Random name of the session")
    votes: list[Vote] = Field(min_length=1, max_length=1000)


class ListeningResult(BaseModel):
    """All votes on a model; the interval holds the true share with 95 % probability (Wilson)."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    sessions: int
    votes: int
    correct: int
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    added: int = Field(0, description="Votes that the last file has added")

    @property
    def words(self) -> str:
        """The result as a sentence."""
        pairs = "1 pair" if self.votes == 1 else f"{self.votes:,} pairs"
        return (
            f"Listeners found the real piece in {self.correct:,} of {pairs} of a real piece and a "
            f"sample: {self.correct / self.votes:.0%}, with a 95% interval from {self.low:.0%} to "
            f"{self.high:.0%}; who guesses finds 50%"
        )
