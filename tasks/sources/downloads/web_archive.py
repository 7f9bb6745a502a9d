"""An archive at an http(s) address as a source."""

import hashlib
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.archives.archive import read_archive
from nocturne.tasks.sources.downloads.download import (
    Download,
    DownloadSpec,
    download,
    move_old_downloads,
    reject,
)
from nocturne.tasks.sources.downloads.remote_file import display_url, name_of, require_url
from nocturne.tasks.sources.source_file import RawFile, Skipped
from nocturne.tasks.sources.source_kind import Source, SourceKind
from nocturne.tasks.storage.layout import downloads_of
from nocturne.tasks.storage.root import Root


class WebArchive(SourceKind):
    """An archive at an address, downloaded into the storage root."""

    needs_download: ClassVar[bool] = True
    licence: ClassVar[str] = ""
    attribution: ClassVar[str] = ""

    def owns(self, spelling: str) -> bool:
        return spelling.lower().startswith(("http://", "https://"))

    def source_id(self, spelling: str) -> str:
        """Return host, path and a digest of the query, which may hold a temporary permit.

        A port that is not the scheme's own is part of the host.
        """
        address = urlsplit(require_url(spelling))
        own_port = address.port in (None, 80, 443)
        host = address.hostname if own_port else f"{address.hostname}:{address.port}"
        query = hashlib.sha256(address.query.encode()).hexdigest()[:8] if address.query else ""
        return f"url {host}{address.path}?{query}"

    def display(self, spelling: str) -> str:
        return display_url(require_url(spelling))

    def require(self, root: Root, config: IngestConfig) -> None:
        self.spec(config)

    def spec(self, config: IngestConfig) -> DownloadSpec:
        """Return what to download; SourceError if the address is none."""
        url = require_url(config.source)
        return DownloadSpec(url, name_of(url), None, config.source_sha256)

    def fetch(self, root: Root, config: IngestConfig, progress: Progress) -> Download:
        spec = self.spec(config)
        move_old_downloads(root, config.corpus)
        return download(root, downloads_of(config.corpus), spec, progress=progress)

    def open(self, root: Root, config: IngestConfig, progress: Progress) -> Source:
        archive = self.fetch(root, config, progress)

        def read(largest: int, progress: Progress) -> Iterator[RawFile | Skipped]:
            try:
                with root.reading(archive.path) as stream:
                    yield from read_archive(stream, archive.record.url, largest, progress)
            except SourceError as error:
                raise SourceError(
                    f"{error}; what came is kept as {reject(root, archive)}"
                ) from error

        return Source(
            self.display(config.source),
            f"archive {archive.record.sha256}",
            read,
            self.licence,
            self.attribution,
        )
