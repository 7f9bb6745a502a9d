"""Runs of samples, downloads, records of nights, and files that were half written."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import SourceError
from nocturne.schemas.raw import DownloadRecord
from nocturne.tasks.nights.records import read_nights
from nocturne.tasks.samples.check import holds_run, read_run_folder
from nocturne.tasks.storage.layout import (
    DOWNLOADS,
    NIGHTS,
    RUN_FILE,
    download_record,
    downloads_of,
    run_path,
)
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.temporary import clear_unheld
from nocturne.tasks.upkeep.measure import measure
from nocturne.tasks.upkeep.samples import delete_run, run_removal
from nocturne.tasks.upkeep.unfinished import find_unfinished
from nocturne.tasks.upkeep.verify.found import HALF_WRITTEN_DAYS, Found, found

CHUNK = 8 << 20
RECORD_END = download_record("")


def check_run(root: Root, run_id: str, now: float) -> Iterator[Found]:
    """Yield what is wrong with a run of samples: files by their sizes in manifest and run.json."""
    folder, path = read_run_folder(root, run_id), run_path(run_id)
    again = f"nocturne generate --run {run_id} makes what is missing"
    if RUN_FILE not in folder.sizes:
        measured = measure(root, path)
        if measured.is_older(HALF_WRITTEN_DAYS, now):
            repair = partial(delete_run, root, run_removal(run_id, measured, "not finished"), 0.0)
            yield found("samples", path, "the run is not finished", f"deletes it; {again}", repair)
    elif folder.run is None:
        yield found("samples", run_path(run_id, RUN_FILE), "is damaged", again)
    elif not holds_run(folder, folder.run):
        yield found("samples", path, "files are missing, cut or of an earlier form", again)


def download_paths(root: Root) -> list[str]:
    """Return the paths of all finished downloads."""
    folders = [downloads_of(corpus) for corpus in root.folders(DOWNLOADS)]
    records = [path for folder in folders for path in root.files(folder, RECORD_END)]
    return [path.removesuffix(RECORD_END) for path in records]


def check_download(root: Root, path: str) -> Iterator[Found]:
    """Yield what is wrong with a download, by size and SHA-256."""
    mend = "the next ingest of that source downloads it again"
    try:
        record = read_marker(root, download_record(path), DownloadRecord, SourceError, mend)
        digest, size = hashlib.sha256(), root.size(path)
        with root.reading(path) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        yield found("download", path, "is missing", mend)
        return
    except SourceError as error:
        yield found("download", download_record(path), str(error), mend)
        return
    if (size, digest.hexdigest()) != (record.bytes, record.sha256):
        yield found("download", path, "is not what was downloaded", f"delete it: {mend}")


def check_nights(root: Root) -> Iterator[Found]:
    """Yield the records of nights that do not read."""
    for damage in read_nights(root)[1]:
        yield found("night", NIGHTS, damage, "see the problem")


def check_half_files(root: Root, now: float) -> Iterator[Found]:
    """Yield the files that killed processes left half-written."""
    config = TidyConfig.model_construct(leftover_days=HALF_WRITTEN_DAYS)
    for removal in find_unfinished(root, config, now):
        path = Path(root.full(removal.path))
        repair = partial(clear_unheld, path.parent, path.name)
        yield found("file", removal.path, removal.reason, "deletes it", repair)
