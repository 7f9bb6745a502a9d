"""Primes: songs that samples continue, as `nocturne prime` uploads and lists them."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class PrimeTrack(BaseModel):
    """One track of a prime: the notes of one instrument."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, description="As --prime-track counts")
    program: int = Field(ge=0, le=127)
    is_drum: bool
    notes: int = Field(ge=1)


class UploadedPrime(BaseModel):
    """The content of primes/<sha256>.json: a song that was uploaded, and what it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Name of the file that was uploaded; --prime takes it")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(gt=0)
    uploaded: AwareDatetime
    notes: int = Field(ge=1, description="Of the track that the ingest's rule chooses")
    bars: int = Field(ge=1, description="From its first note to its last")
    tempo: float = Field(gt=0, description="The first, in quarters a minute")
    tracks: tuple[PrimeTrack, ...]


class PrimeList(BaseModel):
    """The uploaded songs of a storage root, the newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: str
    primes: tuple[UploadedPrime, ...]
    problems: tuple[str, ...] = Field((), description="A line for every damaged record")
