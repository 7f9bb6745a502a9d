"""What stopped runs left of corpora: staging folders, replaced copies, downloads that were cut."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from nocturne.schemas.config import SchemeName, TidyConfig
from nocturne.schemas.errors import BusyError, CorpusError
from nocturne.schemas.upkeep import Kind, Removal, Stays
from nocturne.tasks.corpus.notes.note_marker import published_notes
from nocturne.tasks.corpus.raw_datasets import published_raw
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.storage.data_folders import drop_staging
from nocturne.tasks.storage.layout import (
    DOWNLOADS,
    STAGING,
    downloads_of,
    markers_of,
    staging_of,
)
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch_base
from nocturne.tasks.upkeep.measure import Measured, measure, measure_local

REPLACED = "-replaced-"  # in the names of folders that were in place before (data_folders.py)
CUT = (".part", ".part.json", ".rejected")  # how the names of unusable downloads end


def find_leftovers(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield staged files and downloads that no run will go on from; `now` in seconds since 1970.

    A staging folder of a published generation stays: it may hold published files.
    """
    for corpus in root.folders(STAGING):
        yield from _staged(root, corpus, config, now)
    for corpus in root.folders(DOWNLOADS):
        yield from _cut_downloads(root, corpus, config, now)
    if not root.is_local:
        yield from _local_downloads(scratch_base(root) / DOWNLOADS, config, now)


def remove_leftovers(root: Root, config: TidyConfig, now: float) -> Iterator[Removal | Stays]:
    """Delete what `find_leftovers` yields, while no run writes the corpus."""
    for corpus in sorted({*root.folders(STAGING), *root.folders(DOWNLOADS)}):
        found = [*_staged(root, corpus, config, now), *_cut_downloads(root, corpus, config, now)]
        if not found:
            continue
        try:
            with deleting(root, markers_of(corpus)):
                for removal in [
                    *_staged(root, corpus, config, now),
                    *_cut_downloads(root, corpus, config, now),
                ]:
                    root.delete(removal.path)
                    yield removal
                drop_staging(root, corpus)
        except BusyError as busy:
            yield Stays(kind="staging", name=corpus, why=str(busy))
    if not root.is_local:
        for removal in _local_downloads(scratch_base(root) / DOWNLOADS, config, now):
            Path(removal.path).unlink(missing_ok=True)
            yield removal


def _staged(root: Root, corpus: str, config: TidyConfig, now: float) -> Iterator[Removal]:
    try:
        published = _generations(root, corpus)
    except CorpusError:
        return  # a damaged marker does not say which staging folder it stands for
    files = root.sizes(staging_of(corpus))
    for name in sorted(info.base_name for info in root.entries(staging_of(corpus))):
        path = f"{staging_of(corpus)}/{name}"
        measured = _of_one_file(root, path) if name in files else measure(root, path)
        if REPLACED in name:
            yield _removal("staging", corpus, path, measured, "replaced by a newer copy")
        elif not name.removesuffix(".json").endswith(published) and measured.is_older(
            config.leftover_days, now
        ):
            yield _removal("staging", corpus, path, measured, "left by a stopped run")


def _generations(root: Root, corpus: str) -> tuple[str, ...]:
    """Return the ends of the names of staging folders of published generations."""
    datasets = [published_raw(root, corpus), published_notes(root, corpus)]
    fingerprints = [dataset.fingerprint for dataset in datasets if dataset]
    for scheme in get_args(SchemeName):
        if sequences := published_sequences(root, corpus, scheme):
            fingerprints.append(sequences.fingerprint)
    return tuple(f"-{fingerprint}" for fingerprint in fingerprints)


def _cut_downloads(root: Root, corpus: str, config: TidyConfig, now: float) -> Iterator[Removal]:
    for name in sorted(root.sizes(downloads_of(corpus))):
        path = f"{downloads_of(corpus)}/{name}"
        if name.endswith(CUT):
            measured = _of_one_file(root, path)
            if measured.is_older(config.leftover_days, now):
                yield _removal("download", corpus, path, measured, "a download that was cut off")


def _local_downloads(folder: Path, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield what downloads to an object store left on this machine."""
    for path in sorted(folder.glob("*/*")):
        measured = measure_local(path)
        if path.name.endswith(CUT) and measured.is_older(config.leftover_days, now):
            reason = "a download that was cut off"
            yield _removal("download", path.parent.name, str(path), measured, reason)


def _of_one_file(root: Root, path: str) -> Measured:
    sizes, times = root.sizes(path.rpartition("/")[0]), root.modified([path])
    return Measured(1, sizes.get(path.rpartition("/")[2], 0), times[0])


def _removal(kind: Kind, corpus: str, path: str, measured: Measured, reason: str) -> Removal:
    return Removal(
        kind=kind,
        name=corpus,
        path=path,
        files=measured.files,
        bytes=measured.bytes,
        reason=reason,
    )
