"""Whether a generation run is whole: its files against its manifest and run.json.

One listing gives names and sizes. A file of another size was cut or is of another run; runs of
earlier versions have no sizes of pictures, audio and pages: those files must only not be empty.
"""

from dataclasses import dataclass

import pyarrow as pa

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.pages.gallery import page_names
from nocturne.tasks.samples.identity import is_same_run
from nocturne.tasks.samples.manifest import read_manifest
from nocturne.tasks.samples.writers import WRITERS
from nocturne.tasks.storage.layout import MANIFEST_FILE, RUN_FILE, run_path
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run: bytes of every file by its path in it, run.json and manifest."""

    sizes: dict[str, int]
    run: SampleRun | None
    manifest: pa.Table | None


def read_run_folder(root: Root, run_id: str) -> RunFolder:
    """Look into the folder of a run; a missing or damaged run.json or manifest is None."""
    start = len(root.full(run_path(run_id))) + 1
    sizes = {info.path[start:]: int(info.size) for info in root.all_files(run_path(run_id))}
    run = read_run(root, run_id, RUN_FILE) if RUN_FILE in sizes else None
    manifest = read_manifest(root, run_id, MANIFEST_FILE) if MANIFEST_FILE in sizes else None
    return RunFolder(sizes, run, manifest)


def files_of_pieces(manifest: pa.Table) -> set[str]:
    """Return the paths of all files that a manifest names."""
    names = (name for writer in WRITERS for name in manifest[writer.file_column].to_pylist())
    return {name for name in names if name is not None}


def read_run(root: Root, run_id: str, name: str) -> SampleRun | None:
    """Return a run's run.json or request.json; None if it is missing, damaged or another's."""
    try:
        run = find_marker(root, [run_path(run_id, name)], SampleRun, SamplesError, "generate again")
    except SamplesError:
        return None
    return run if run and run.run_id == run_id and run.config.seed is not None else None


def is_published(root: Root, run: SampleRun) -> bool:
    """Whether the run is published and all its files are there, as large as when written."""
    return holds_run(read_run_folder(root, run.run_id), run)


def holds_run(folder: RunFolder, run: SampleRun) -> bool:
    """Whether the folder has all of `run`: every file that run.json and manifest name."""
    if folder.run is None or not is_same_run(folder.run, run):
        return False
    return _has_pages(folder, folder.run) and holds_samples(
        folder.sizes, folder.manifest, run.config.first_index, run.config.samples
    )


def holds_samples(
    sizes: dict[str, int], rows: pa.Table | None, first_index: int, count: int
) -> bool:
    """Whether `rows` are those of `count` samples, whose files have the sizes in the rows.

    False, too, if a file is to be made again: see Writer.is_outdated.
    """
    if rows is None or rows.num_rows != count or rows["index"][0].as_py() != first_index:
        return False
    if any(writer.is_outdated(rows) for writer in WRITERS):
        return False
    return all(_has_files(sizes, rows, w.file_column, w.size_column) for w in WRITERS)


def _has_files(sizes: dict[str, int], rows: pa.Table, file_column: str, size_column: str) -> bool:
    pairs = zip(rows[file_column].to_pylist(), rows[size_column].to_pylist(), strict=True)
    return all(_fits(sizes.get(name, 0), size) for name, size in pairs if name is not None)


def _has_pages(folder: RunFolder, published: SampleRun) -> bool:
    names = [*(published.page_bytes or page_names(published.config.samples))]
    return all(_fits(folder.sizes.get(n, 0), published.page_bytes.get(n)) for n in names)


def _fits(size: int, recorded: int | None) -> bool:
    """Whether a file has its recorded size; if none was recorded, whether it is not empty."""
    return size > 0 if recorded is None else size == recorded
