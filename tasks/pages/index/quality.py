"""The index page of the quality reports: quality/index.html."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import quote

from nocturne.schemas.errors import NocturneError, StoreUnavailableError
from nocturne.schemas.manifest import NoteDataset
from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.pages.formatting import UNSTATED, counted
from nocturne.tasks.pages.index.page import MOST_ROWS, READERS, Cell, Column, IndexPage, Row, newest
from nocturne.tasks.storage.layout import QUALITY, REPORT_PAGE
from nocturne.tasks.storage.root import Root

NUMBERS = ("Files", "Accepted", "Quarantined", "Duplicates", "Notes")
COLUMNS = (Column("Corpus"), *(Column(name, True) for name in NUMBERS), Column("Source"))


def quality_index(root: Root) -> IndexPage:
    """Return the page of every corpus that has a quality report, newest first."""
    corpora = newest(root, QUALITY, REPORT_PAGE)
    with ThreadPoolExecutor(READERS) as pool:
        rows = list(pool.map(lambda entry: _row(root, *entry), corpora[:MOST_ROWS]))
    return IndexPage(
        section=QUALITY,
        lead=f"{counted(len(rows), 'corpus', 'corpora')} ingested: what became of the files, and "
        "what the songs are like.",
        columns=COLUMNS,
        rows=tuple(rows),
        nothing_yet="No corpus yet: nocturne ingest makes one.",
        left_out=len(corpora) - len(rows),
    )


def _row(root: Root, corpus: str, reported: datetime) -> Row:
    link = f"{quote(corpus)}/{REPORT_PAGE}"
    try:
        dataset = note_dataset(root, corpus)
    except StoreUnavailableError:  # a fault of the store, not of the file
        raise
    except (NocturneError, ValueError):
        return Row(corpus, link, reported, trouble="its notes are incomplete")
    return Row(corpus, link, reported, _cells(dataset))


def _cells(dataset: NoteDataset) -> tuple[Cell, ...]:
    counts = dataset.counts
    numbers = (counts.inputs, counts.accepted, counts.quarantined, counts.duplicate, dataset.notes)
    source = dataset.source or UNSTATED
    return (*(Cell(f"{number:,}") for number in numbers), Cell(source))
