"""The Lakh MIDI Dataset v0.1 as published. Its address is plain HTTP: size and hash are pinned."""

from dataclasses import dataclass
from typing import ClassVar

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.sources.downloads.download import DownloadSpec
from nocturne.tasks.sources.downloads.remote_file import name_of, require_url
from nocturne.tasks.sources.downloads.web_archive import WebArchive

BASE_URL = "http://hog.ee.columbia.edu/craffel/lmd/"
LAKH_LICENCE = "CC-BY 4.0"
LAKH_ATTRIBUTION = (
    "Lakh MIDI Dataset v0.1, Colin Raffel: Learning-Based Methods for Comparing Sequences, with "
    "Applications to Audio-to-MIDI Alignment and Matching, PhD thesis, 2016"
)


@dataclass(frozen=True)
class PinnedArchive:
    """One published archive: size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str

    @property
    def url(self) -> str:
        """Return the address where it is published."""
        return BASE_URL + self.name


LAKH = {
    "lakh-full": PinnedArchive(
        "lmd_full.tar.gz",
        1768163879,
        "6fcfe2ac49ca08f3f214cec86ab138d4fc4dabcd7f27f491a838dae6db45a12b",
    ),
    "lakh-matched": PinnedArchive(
        "lmd_matched.tar.gz",
        1407072670,
        "621ff830aed771f469e5bfa13dc12a33c6ed69090adeda63d0b5c47783af0191",
    ),
    "lakh-clean": PinnedArchive(
        "clean_midi.tar.gz",
        234283029,
        "de1bb64cbc0cf35545a05b5c3e786aa6890cfa144edffc4b827ff41bf8c33dc5",
    ),
}


class PinnedArchives(WebArchive):
    """The published archives by their names, from their own address or from a mirror."""

    takes_mirror: ClassVar[bool] = True
    licence: ClassVar[str] = LAKH_LICENCE
    attribution: ClassVar[str] = LAKH_ATTRIBUTION

    def owns(self, spelling: str) -> bool:
        return spelling in LAKH

    def source_id(self, spelling: str) -> str:
        """Return the name: a mirror of an archive is that archive."""
        return f"named {spelling}"

    def display(self, spelling: str) -> str:
        return spelling

    def spec(self, config: IngestConfig) -> DownloadSpec:
        """Return what to download, of the pinned size and hash unless another hash is given."""
        pinned = LAKH[config.source]
        url = require_url(config.source_url or pinned.url)
        if config.source_sha256 not in (None, pinned.sha256):
            return DownloadSpec(url, name_of(url), None, config.source_sha256)
        return DownloadSpec(url, name_of(pinned.url), pinned.size, pinned.sha256)
