"""Whether a generation run is whole: its files against what its manifest and run.json say.

One listing gives names and sizes. A file of another size was cut or is of another run; runs of
earlier versions have no sizes of pictures, audio and pages, which then need only hold something.
"""

import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import POOR_RENDERERS, SAMPLE_SCHEMA, SampleRun, completed
from nocturne.tasks.pages.gallery import page_names
from nocturne.tasks.storage.layout import MANIFEST_FILE, PARTS, RUN_FILE, run_path
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

FILES = (("file", "midi_bytes"), ("picture", "picture_bytes"), ("audio", "audio_bytes"))
# What of a config fixes a run, and names it. Of two runs that differ elsewhere one is enough.
COUNTED = ("samples", "notes", "tempo", "temperature", "top_p", "random_input", "audio", "seed")


@dataclass(frozen=True)
class Published:
    """What a run's folder holds, parts/ included, and what reads of run.json and manifest."""

    sizes: dict[str, int]
    run: SampleRun | None
    manifest: pa.Table | None


def published(root: Root, run_id: str) -> Published:
    """Look into the folder of a run; what is missing or damaged is None."""
    sizes = root.sizes(run_path(run_id))
    parts = root.sizes(run_path(run_id, PARTS))
    sizes |= {f"{PARTS}/{name}": size for name, size in parts.items()}
    run = read_run(root, run_id, RUN_FILE) if RUN_FILE in sizes else None
    manifest = read_rows(root, run_id, MANIFEST_FILE) if MANIFEST_FILE in sizes else None
    return Published(sizes, run, manifest)


def read_run(root: Root, run_id: str, name: str) -> SampleRun | None:
    """Return a run's run.json or request.json; None if it is missing, damaged or another's."""
    try:
        run = find_marker(root, [run_path(run_id, name)], SampleRun, SamplesError, "generate again")
    except SamplesError:
        return None
    return run if run and run.run_id == run_id and run.config.seed is not None else None


def read_rows(root: Root, run_id: str, name: str) -> pa.Table | None:
    """Return manifest rows in the folder of a run; None if they are missing or damaged."""
    try:
        content = root.read_bytes(run_path(run_id, name))
        rows = completed(pq.read_table(io.BytesIO(content))).cast(SAMPLE_SCHEMA)
    except (pa.ArrowException, OSError, ValueError):
        return None
    return rows if set(rows["run_id"].to_pylist()) == {run_id} else None


def intact(rows: pa.Table | None, first_index: int, count: int, sizes: dict[str, int]) -> bool:
    """Whether `rows` are those of `count` samples and their files have the sizes they tell.

    Samples with audio of a poor renderer are not: they are to be made again.
    """
    if rows is None or rows.num_rows != count or rows["index"][0].as_py() != first_index:
        return False
    if set(rows["audio_renderer"].to_pylist()) & set(POOR_RENDERERS):
        return False
    return all(_has(sizes, rows, *columns) for columns in FILES)


def is_whole(found: Published, run: SampleRun) -> bool:
    """Whether the folder holds all of `run`: every file that run.json and manifest name."""
    if found.run is None or not is_same(found.run, run):
        return False
    return _has_pages(found, run) and intact(found.manifest, 0, run.config.samples, found.sizes)


def is_same(one: SampleRun, other: SampleRun) -> bool:
    """Whether two runs have the same name and ask for the same."""

    def facts(run: SampleRun) -> tuple[object, ...]:
        asked = tuple(getattr(run.config, name) for name in COUNTED)
        return (run.run_id, run.model_id, run.vocabulary_id, run.program, *asked)

    return facts(one) == facts(other)


def _has(sizes: dict[str, int], rows: pa.Table, name: str, size: str) -> bool:
    pairs = zip(rows[name].to_pylist(), rows[size].to_pylist(), strict=True)
    return all(_fits(sizes.get(file, 0), told) for file, told in pairs if file is not None)


def _has_pages(found: Published, run: SampleRun) -> bool:
    told = found.run.page_bytes if found.run else {}
    names = page_names(run.config.samples)
    return all(_fits(found.sizes.get(name, 0), told.get(name)) for name in names)


def _fits(size: int, told: int | None) -> bool:
    return size > 0 if told is None else size == told
