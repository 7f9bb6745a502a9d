"""What a kind of source is: the contract between ingest and the places that MIDI comes from.

To add a kind, write a module with a subclass of SourceKind and list it in SOURCES (source.py).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.downloads.download import Download
from nocturne.tasks.sources.seen_files import Examined, SeenFile, SeenFiles
from nocturne.tasks.sources.source_file import KeptFile, RawFile, Skipped
from nocturne.tasks.storage.root import Root

Reading = Callable[[int, Progress], Iterator[RawFile | Skipped]]
# Also (what an earlier reading saw, or None; the list that takes what this one sees).
ReadingAgain = Callable[
    [int, Progress, SeenFiles | None, list[SeenFile]], Iterator[RawFile | KeptFile | Skipped]
]


@dataclass(frozen=True)
class Source:
    """A source on this machine, which can be read any number of times with the same result."""

    display_name: str
    identity: str  # changes whenever the files may have changed
    read: Reading  # (largest content kept in bytes, progress) -> files in a fixed order
    licence: str = ""
    attribution: str = ""
    examined: Examined | None = None  # the files that it is read from; None: identity is of content
    read_again: ReadingAgain | None = None  # for a source of which single files can be left unread


class SourceKind(ABC):
    """One kind of source, whose `spelling` is what a user writes as --source."""

    needs_download: ClassVar[bool] = False
    takes_mirror: ClassVar[bool] = False  # whether --source-url may name another address

    @abstractmethod
    def owns(self, spelling: str) -> bool:
        """Whether `spelling` names a source of this kind; the first kind of SOURCES has it."""

    @abstractmethod
    def source_id(self, spelling: str) -> str:
        """Return `<kind> <what>`: the same for every spelling of a source, and without secrets."""

    @abstractmethod
    def require(self, root: Root, config: IngestConfig) -> None:
        """Raise SourceError if there can be no such source, without reading or fetching it."""

    @abstractmethod
    def open(self, root: Root, config: IngestConfig, progress: Progress) -> Source:
        """Return the source, downloaded if need be; SourceError if there is none."""

    def fetch(self, root: Root, config: IngestConfig, progress: Progress) -> Download:
        """Download the source, or find that done; progress in bytes. Only if `needs_download`."""
        raise NotImplementedError

    def display(self, spelling: str) -> str:
        """Return a source for messages, without secrets."""
        return spelling

    def is_absolute(self, spelling: str) -> bool:
        """Whether `spelling` means the same wherever a command is started."""
        return True

    def is_one_file(self, spelling: str) -> bool:
        """Whether the source is one file, which has a SHA-256."""
        return self.needs_download

    def require_fit(self, config: IngestConfig) -> None:
        """Raise SourceError for a mirror or hash that does not belong to the source."""
        source = config.source
        if config.source_url is not None and not self.takes_mirror:
            raise SourceError(
                f"a source URL is a mirror of lakh-*; name it as the source: not {source}"
            )
        if config.source_sha256 is not None and not self.is_one_file(source):
            raise SourceError(f"a SHA-256 is of an archive or a download; {source} is neither")
