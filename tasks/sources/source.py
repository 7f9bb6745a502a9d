"""Where MIDI comes from: the registry of the kinds of sources, and opening what a config names."""

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.sources.downloads.download import Download
from nocturne.tasks.sources.downloads.web_archive import WebArchive
from nocturne.tasks.sources.folk import FolkTunes
from nocturne.tasks.sources.local_files import LocalFiles
from nocturne.tasks.sources.pinned_archives import PinnedArchives
from nocturne.tasks.sources.source_kind import Source, SourceKind
from nocturne.tasks.storage.root import Root

__all__ = ["SOURCES", "Source", "fetch", "is_download", "kind_of", "require_source", "resolve"]

# The first kind that owns a spelling has it; a path on this machine is what no other kind owns.
SOURCES: tuple[SourceKind, ...] = (FolkTunes(), PinnedArchives(), WebArchive(), LocalFiles())


def kind_of(source: str) -> SourceKind:
    """Return the kind of a source by its spelling."""
    return next(kind for kind in SOURCES if kind.owns(source))


def resolve(root: Root, config: IngestConfig, progress: Progress = silent) -> Source:
    """Open `config.source`, downloaded if need be; SourceError if there is no such source."""
    kind = kind_of(config.source)
    kind.require_fit(config)
    return kind.open(root, config, progress)


def require_source(root: Root, config: IngestConfig) -> None:
    """Raise SourceError if there can be no such source as `config.source`, without reading it.

    A folder may hold a million files and a download may take hours: of a folder only the first
    file is looked for, and of an address only whether it is one.
    """
    kind = kind_of(config.source)
    kind.require_fit(config)
    kind.require(root, config)


def is_download(config: IngestConfig) -> bool:
    """Whether the source has to be downloaded."""
    return kind_of(config.source).needs_download


def fetch(root: Root, config: IngestConfig, progress: Progress = silent) -> Download:
    """Download the source that `config` names, or find that done; progress in bytes."""
    return kind_of(config.source).fetch(root, config, progress)
