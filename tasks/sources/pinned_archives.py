"""The Lakh MIDI Dataset v0.1, as published; plain HTTP, so sizes and hashes are pinned."""

from dataclasses import dataclass

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
        """Where it is published."""
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
