"""The quality report of a corpus in a storage root: a table and a page, made again if missing."""

import pyarrow as pa

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.facts import FileFacts
from nocturne.schemas.manifest import NoteDataset, QualityReport
from nocturne.tasks.storage.data_files import read_rows
from nocturne.tasks.storage.data_folders import clear_others
from nocturne.tasks.storage.layout import quality_marker, quality_page_path, statistics_path
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root


def read_report(root: Root, corpus: str, dataset: NoteDataset) -> pa.Table | None:
    """Return the table of the report of this dataset; None if it is missing, cut or of another."""
    mend = "run nocturne ingest again"
    try:
        report = read_marker(root, quality_marker(corpus), QualityReport, CorpusError, mend)
        if report.fingerprint != dataset.fingerprint or report.facts != _facts(root, corpus):
            return None
        return read_rows(root, statistics_path(corpus), mend)
    except (FileNotFoundError, CorpusError):
        return None


def write_report(
    root: Root, corpus: str, dataset: NoteDataset, quality: pa.Table, page: str
) -> None:
    """Write the table and the page, clear other files beside them, and write the marker."""
    root.write_table(statistics_path(corpus), quality)
    root.write_bytes(quality_page_path(corpus), page.encode())
    for path in (statistics_path(corpus), quality_page_path(corpus)):
        folder, _, name = path.rpartition("/")
        clear_others(root, folder, {name})
    report = QualityReport(fingerprint=dataset.fingerprint, facts=_facts(root, corpus))
    root.write_json(quality_marker(corpus), report.model_dump(mode="json"))


def _facts(root: Root, corpus: str) -> dict[str, dict[str, FileFacts]]:
    """Return the sizes of the report's files; FileNotFoundError if one is missing."""
    facts: dict[str, dict[str, FileFacts]] = {}
    for path in (statistics_path(corpus), quality_page_path(corpus)):
        kind, _, name = path.split("/")
        facts[kind] = {name: FileFacts(bytes=root.size(path), rows=None)}
    return facts
