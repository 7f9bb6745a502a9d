"""What a row of the field table is: a name, an input, and what is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nocturne.schemas.reasons import Reason


@dataclass(frozen=True)
class Notes:
    """The kept notes as (onset, offset, pitch) in ticks, and what is said of the song."""

    ticks: Sequence[tuple[int, int, int]]
    tempo: float = 120.0  # quarters a minute
    program: int = 0


@dataclass(frozen=True)
class Ingested:
    """What becomes of the files of a source. `skipped` maps names to words of the reason."""

    accepted: int
    duplicates: int = 0
    quarantined: Mapping[str, Reason] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """The folder that a name stands for, relative to the working folder, which is the home."""

    path: str


@dataclass(frozen=True)
class Followed:
    """A redirect is followed."""


@dataclass(frozen=True)
class Refused:
    """One clear line that holds these words."""

    words: str


@dataclass(frozen=True)
class MidiRow:
    """A MIDI file's bytes."""

    name: str
    content: bytes
    right: Notes | Reason


@dataclass(frozen=True)
class SourceRow:
    """A source: the bytes of an archive, or what makes a folder or archive at a path."""

    name: str
    source: bytes | Callable[[Path], object]
    right: Ingested | Refused


@dataclass(frozen=True)
class UrlRow:
    """An archive at a URL, and how its server behaves: fields of http_server.Behaviour."""

    name: str
    content: bytes
    behaviour: Mapping[str, Any]
    right: Ingested | Refused


@dataclass(frozen=True)
class RedirectRow:
    """A redirect from one address to another: followed, or refused in a line."""

    name: str
    start: str
    location: str
    right: Followed | Refused


@dataclass(frozen=True)
class NameRow:
    """How a root or source is spelt in the folder {home} that home.fill makes."""

    name: str
    spelt: str
    right: Opened | Refused
