"""Pieces that were kept: every file that a record names, by its SHA-256."""

import hashlib
from collections.abc import Iterator

from nocturne.schemas.errors import SamplesError
from nocturne.tasks.samples.keep import read_kept
from nocturne.tasks.storage.layout import KEPT_FILE, kept_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.verify.found import Found, found


def check_kept(root: Root, run_id: str) -> Iterator[Found]:
    """Yield what is wrong with the kept pieces of a run."""
    record = kept_path(run_id, KEPT_FILE)
    try:
        kept = read_kept(root, run_id)
    except SamplesError as error:
        yield found("kept", record, str(error), "keep the pieces again")
        return
    if kept is None:
        yield found("kept", kept_path(run_id), "has no record", "keep the pieces again")
        return
    for index, digests in kept.pieces.items():
        for name, digest in digests.items():
            path = kept_path(run_id, name)
            mend = f"delete {KEPT_FILE}, then nocturne keep {run_id} {index}"
            if not root.exists(path):
                yield found("kept", path, "is missing", mend)
            elif hashlib.sha256(root.read_bytes(path)).hexdigest() != digest:
                yield found("kept", path, "is not what was kept", mend)
