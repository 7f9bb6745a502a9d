"""What becomes of a row's input, and in what that differs from what is right."""

from contextlib import chdir
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from pydantic import ValidationError

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import NocturneError
from nocturne.schemas.reasons import Outcome, Reason
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.sources.downloads.redirects import refuse_unsafe_redirect
from nocturne.tasks.sources.source import resolve
from nocturne.tasks.sources.source_file import tidy_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.field.rows import Followed, Ingested, Notes, Opened, Refused
from tests.tasks.corpus.corpora_for_tests import ingest


def midi_fault(content: bytes, right: Notes | Reason) -> str:
    """Return how the notes of a MIDI file differ from what is right; nothing if they do not."""
    found = extract(content)
    if not isinstance(found, Extracted):
        return "" if found.reason is right else f"{found} where {right} is right"
    notes, per_quarter = found.notes, found.ticks_per_quarter
    onsets, offsets = (
        [round(beats * per_quarter) for beats in column.tolist()]
        for column in (notes.onset_beats, notes.offset_beats)
    )
    ticks = list(zip(onsets, offsets, notes.pitch.tolist(), strict=True))
    kept = Notes(ticks, pytest.approx(found.tempo, rel=1e-5), found.program)
    return "" if kept == right else f"{kept} where {right} is right"


def source_fault(source: str, folder: Path, workers: Workers, right: Ingested | Refused) -> str:
    """Ingest a source into a root in `folder`; return how that differs from what is right."""
    root = Root.open(str(folder / "root"))
    try:
        config = IngestConfig(root=root.uri, corpus="c", source=source, max_quarantined_share=1)
        dataset, _ = ingest(root, config, workers)
    except NocturneError as error:
        return refusal_fault(str(error), right)
    if isinstance(right, Refused):
        return f"{dataset.counts} where a line with {right.words!r} is right"
    files = pa.concat_tables(root.read_table(path) for path in root.files("files/c"))
    rows = files.select(["path", "outcome", "reason"]).to_pylist()
    quarantined = {
        row["path"]: Reason(row["reason"]) for row in rows if row["outcome"] == Outcome.QUARANTINED
    }
    skipped = {named.path: named.reason for named in load_raw(root, "c").skipped_files}
    found = Ingested(dataset.counts.accepted, dataset.counts.duplicate, quarantined, skipped)
    said = all(words in skipped.get(path, "") for path, words in right.skipped.items())
    holds = (
        said and skipped.keys() == right.skipped.keys() and found.quarantined == right.quarantined
    )
    counted = (found.accepted, found.duplicates) == (right.accepted, right.duplicates)
    return "" if holds and counted else f"{found} where {right} is right"


def redirect_fault(start: str, location: str, right: Followed | Refused) -> str:
    """Answer a request by a redirect; return how what follows differs from what is right."""
    request = httpx.Request("GET", start)
    answer = httpx.Response(302, headers={"Location": location}, request=request)
    try:
        refuse_unsafe_redirect(answer)
    except NocturneError as error:
        return refusal_fault(str(error), right)
    return "" if isinstance(right, Followed) else f"followed where {right} is right"


def root_fault(spelt: str, home: Path, right: Opened | Refused) -> str:
    """Open a root, write and read; return how that differs from what is right."""
    try:
        with chdir(home):
            root = Root.open(spelt)
    except NocturneError as error:
        return refusal_fault(str(error), right)
    root.write_json("field/file.json", [1])
    holds = isinstance(right, Opened) and root.base == str(home.resolve() / right.path)
    return "" if holds else f"{root.base!r} where {right} is right"


def folder_fault(spelt: str, home: Path, right: Opened | Refused) -> str:
    """Read a folder as a source; return how that differs from what is right."""
    root = Root.open(str(home / "root"))
    try:
        with chdir(home):
            source = resolve(root, IngestConfig(root=root.uri, source=spelt))
            files = list(source.read(1 << 20, lambda done, of: None))
    except (NocturneError, ValidationError) as error:
        return refusal_fault(str(error), right)
    if isinstance(right, Opened) and files[0].path == tidy_path(f"{right.path}.mid"):
        return ""
    return f"{files[0].path!r} where {right} is right"


def refusal_fault(line: str, right: object) -> str:
    """Compare an error with what is right: one line that can be printed, with the right words."""
    is_clear = line.isprintable() and len(line) < 1000
    holds = is_clear and isinstance(right, Refused) and right.words in line
    return "" if holds else f"{line!r} where {right} is right"
