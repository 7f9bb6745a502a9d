"""The text of the listings: columns and rows."""

from collections.abc import Sequence

from nocturne.schemas.instruments import INSTRUMENTS
from nocturne.schemas.nights import NightRecord
from nocturne.schemas.samples.primes import UploadedPrime
from nocturne.schemas.upkeep.listing import CorpusRow, RunRow, Usage
from nocturne.tasks.storage.file_names import visible

Table = tuple[Sequence[str], list[Sequence[str]]]
SHOWN_NIGHTS = 30
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def in_units(size: int) -> str:
    """Return bytes in decimal units, such as 2.1 GB."""
    value, place = float(size), 0
    while value >= 999.5 and place < len(UNITS) - 1:
        value, place = value / 1000, place + 1
    return f"{value:.0f} {UNITS[0]}" if place == 0 else f"{value:.3g} {UNITS[place]}"


def corpus_table(corpora: Sequence[CorpusRow]) -> Table:
    """Return the table of `nocturne corpora`."""
    columns = ("corpus", "songs", "notes", "prepared", "models", "champions", "size", "source")
    return columns, [_corpus(row) for row in corpora]


def run_table(runs: Sequence[RunRow]) -> Table:
    """Return the table of the runs of samples."""
    columns = ("run", "model", "samples", "size", "published")
    return columns, [
        (
            row.run_id,
            row.model_id or "-",
            str(row.samples) if row.published else "-",
            in_units(row.bytes),
            f"{row.published:%Y-%m-%d %H:%M}" if row.published else "not finished",
        )
        for row in runs
    ]


def night_table(nights: Sequence[NightRecord]) -> Table:
    """Return the table of the newest nights."""
    columns = ("night", "corpus", "outcome", "minutes", "model", "reason")
    return columns, [
        (
            f"{night.started:%Y-%m-%d %H:%M}",
            night.corpus,
            night.outcome,
            f"{night.total_seconds / 60:.1f}",
            night.model_id or "-",
            night.reason,
        )
        for night in nights[:SHOWN_NIGHTS]
    ]


def prime_table(primes: Sequence[UploadedPrime]) -> Table:
    """Return the table of uploaded songs."""
    columns = ("prime", "SHA-256", "notes", "bars", "tempo", "tracks", "uploaded")
    return columns, [
        (
            visible(row.name),
            row.sha256[:8],
            f"{row.notes:,}",
            f"{row.bars:,}",
            f"{row.tempo:g}",
            str(len(row.tracks)),
            f"{row.uploaded:%Y-%m-%d %H:%M}",
        )
        for row in primes
    ]


def track_table(prime: UploadedPrime) -> Table:
    """Return the table of a song's tracks, as --prime-track numbers them."""
    return ("track", "instrument", "notes"), [
        (
            str(track.number),
            "drums" if track.is_drum else INSTRUMENTS[track.program],
            f"{track.notes:,}",
        )
        for track in prime.tracks
    ]


def usage_table(usage: Usage) -> Table:
    """Return the table of `nocturne usage`, the sum last."""
    rows: list[Sequence[str]] = [
        (row.kind, f"{row.files:,}", in_units(row.bytes), row.what) for row in usage.kinds
    ]
    total = ("all", f"{usage.files:,}", in_units(usage.bytes), usage.root)
    return ("kind", "files", "size", "what"), [*rows, total]


def _corpus(row: CorpusRow) -> Sequence[str]:
    if row.damage:
        return (row.corpus, *["-"] * 3, str(row.models), "-", in_units(row.bytes), "damaged")
    champions = ", ".join(row.champions.values())
    return (
        row.corpus,
        f"{row.songs:,}",
        f"{row.notes:,}",
        ", ".join(row.prepared) or "-",
        str(row.models),
        champions or "-",
        in_units(row.bytes),
        row.source or "-",
    )
