"""Keep chosen pieces of a run for good: copies in kept/<run>/, which nothing deletes by itself."""

import hashlib
from collections.abc import Sequence

import pyarrow as pa
from pydantic import ValidationError

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples.kept import KeepRequest, KeptPieces, KeptRun
from nocturne.tasks.samples.check import read_run
from nocturne.tasks.samples.manifest import read_manifest
from nocturne.tasks.storage.layout import (
    KEPT_FILE,
    MANIFEST_FILE,
    RUN_FILE,
    SAMPLES,
    kept_path,
    run_path,
)
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

FILE_COLUMNS = ("file", "audio")


def parse_request(content: bytes, name: str) -> KeepRequest:
    """Return the request in the file `name`; SamplesError if it is none."""
    try:
        return KeepRequest.model_validate_json(content)
    except ValidationError as error:
        raise SamplesError(
            f"{name} is no file for nocturne keep: save one on a gallery page with “Save for "
            "nocturne keep”, or name a run and the numbers of its pieces"
        ) from error


def keep_pieces(root: Root, run_id: str, indices: Sequence[int]) -> KeptPieces:
    """Copy the MIDI and audio files of the pieces; those that are kept already stay.

    The record, written last, names what is kept: after a stop, the same call goes on. SamplesError
    before anything is written if there is no such run or piece.
    """
    with one_writer(root, f"kept-{run_id}", f"keeping of {run_id}", needs=(run_path(run_id),)):
        manifest = _manifest_of(root, run_id)
        chosen = sorted(set(indices))
        if missing := [index for index in chosen if index >= manifest.num_rows]:
            raise SamplesError(
                f"run {run_id} has no piece {missing[0]}: its pieces are 0 to "
                f"{manifest.num_rows - 1}"
            )
        before = read_kept(root, run_id)
        kept = {} if before is None else dict(before.pieces)
        added = [index for index in chosen if index not in kept]
        for index in added:
            kept[index] = _copy(root, run_id, manifest.slice(index, 1).to_pylist()[0])
        model_id = manifest["model_id"][0].as_py()
        record = KeptRun(run_id=run_id, model_id=model_id, pieces=dict(sorted(kept.items())))
        if added:
            content = record.model_dump_json(indent=2).encode()
            root.write_bytes(kept_path(run_id, KEPT_FILE), content)
    folder = root.display_path(kept_path(run_id))
    return KeptPieces(run_id=run_id, folder=folder, pieces=len(chosen), added=len(added))


def read_kept(root: Root, run_id: str) -> KeptRun | None:
    """Return the record of the kept pieces of a run, None if none is; SamplesError if damaged."""
    mend = "delete it, then keep the pieces again"
    return find_marker(root, [kept_path(run_id, KEPT_FILE)], KeptRun, SamplesError, mend)


def _manifest_of(root: Root, run_id: str) -> pa.Table:
    if run_id not in root.folders(SAMPLES) or read_run(root, run_id, RUN_FILE) is None:
        raise SamplesError(
            f"no finished run {run_id} under {root.display_path(SAMPLES)}: nocturne runs lists them"
        )
    manifest = read_manifest(root, run_id, MANIFEST_FILE)
    if manifest is None:
        raise SamplesError(
            f"the manifest of {run_id} is damaged: nocturne generate --run {run_id} makes it again"
        )
    return manifest


def _copy(root: Root, run_id: str, row: dict[str, str | None]) -> dict[str, str]:
    """Copy the files of one piece; return the SHA-256 of each by its name in kept/<run>/."""
    digests = {}
    for path in filter(None, (row[column] for column in FILE_COLUMNS)):
        try:
            content = root.read_bytes(run_path(run_id, path))
        except FileNotFoundError as error:
            raise SamplesError(
                f"{path} of run {run_id} is missing: nocturne generate --run {run_id} makes it "
                "again"
            ) from error
        name = path.rpartition("/")[2]
        root.write_bytes(kept_path(run_id, name), content)
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests
