"""Where a sample starts from: the random input of the decoder, or a song to go on from."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from nocturne.schemas.config.base import Config, as_plain_input, empty_as_none
from nocturne.schemas.config.changes import Changes
from nocturne.schemas.config.credentials import ROOT
from nocturne.schemas.config.sampling.groups import SAMPLES

RandomInput = Literal["primer", "gaussian", "prime", "between"]
GIVEN = Changes("samples", unless=(None,))  # an empty field gives the samples of before it


class Start(Config):
    """The random input of the decoder."""

    random_input: Annotated[RandomInput, SAMPLES] = Field(
        "primer",
        title="Random input",
        description="primer continues a random window of the training songs; gaussian starts from "
        "a random decoder state; prime continues the song named below; between starts between two "
        "songs or two random windows",
    )
    prime: Annotated[str | None, ROOT, GIVEN] = Field(
        None,
        title="Prime",
        description="Song to continue: a MIDI file as a path or URI, or the name under which "
        "`nocturne prime FILE` uploaded it. Every seed and sample number goes on another way",
        json_schema_extra=as_plain_input,
    )
    prime_bars: Annotated[int | None, GIVEN] = Field(
        None,
        title="Bars of the prime",
        description="Go on after this many bars of the prime, counted from its first note; if "
        "empty, after its end",
        ge=1,
        le=100_000,
        json_schema_extra=as_plain_input,
    )
    prime_track: Annotated[int | None, GIVEN] = Field(
        None,
        title="Track of the prime",
        description="Number of the prime's track, as `nocturne prime FILE` counts them; if empty, "
        "the one with most notes that is no drums",
        ge=1,
        le=100_000,
        json_schema_extra=as_plain_input,
    )
    keep_prime: Annotated[bool, Changes("samples", unless=(False,))] = Field(
        False,
        title="Keep the prime",
        description="Begin each sample with the prime's own notes",
    )
    prime_to: Annotated[str | None, ROOT, GIVEN] = Field(
        None,
        title="Second prime",
        description="Song at position 1 of random input between; if empty, a random window",
        json_schema_extra=as_plain_input,
    )
    seed_to: Annotated[int | None, GIVEN] = Field(
        None,
        title="Second seed",
        description="Seed of the random windows at position 1 of random input between; if empty, "
        "the seed after the samples' own",
        ge=0,
        lt=2**31,
        json_schema_extra=as_plain_input,
    )
    position: Annotated[float, Changes("samples", unless=(0.5,))] = Field(
        0.5,
        title="Position",
        description="Of random input between: 0 starts from the first, 1 from the second",
        ge=0,
        le=1,
    )

    _empty_start = field_validator(
        "prime", "prime_bars", "prime_track", "prime_to", "seed_to", mode="before"
    )(empty_as_none)
