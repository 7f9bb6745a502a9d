"""How many requests a run of samples takes on an object store, and what it leaves there."""

import re

import pytest

from nocturne.tasks.pages import gallery
from nocturne.tasks.samples import batches
from nocturne.tasks.storage import layout
from nocturne.tasks.storage.root import Root
from tests.integration.faulty_s3 import FaultyS3, faulty_s3
from tests.tasks.samples.requests_for_tests import requested
from tests.tasks.samples.runs_for_tests import make, write_run

pytestmark = pytest.mark.integration
PIECE = re.compile(r"/\d{5}\.\w+$")


def opened(store: FaultyS3) -> Root:
    return Root.open(store.uri("counted/data").replace("someone:secret@", ""))


def test_a_sample_is_one_request_and_no_folder_is_an_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, name, value in (
        (batches, "BATCH_SAMPLES", 16),
        (gallery, "SAMPLES_PER_PAGE", 16),
        (layout, "FOLDER_PIECES", 20),
    ):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with faulty_s3() as store:
        root = opened(store)
        store.requests.clear()
        run = write_run(root, 32, notes=16, audio=False)
        pieces = [request for request in store.requests if PIECE.search(request)]
        assert len(pieces) == 32 + 3  # MIDI files, and the pictures that the Prefect UI shows
        assert len(store.requests) <= 3 * 32
        assert "PUT /counted/data/samples/" + run.run_id + "/01/00031.mid" in pieces
        folders = [r for r in store.requests if r.startswith("PUT") and r.endswith("/")]
        assert folders == []
        assert root.sizes(f"samples/{run.run_id}/parts") == {}
        store.requests.clear()
        make(root, requested(root, run=run.run_id, more=1))
        assert sum(r.startswith("PUT") for r in store.requests if PIECE.search(r)) == 1
        root.delete("samples")
        assert root.folders("") == []
