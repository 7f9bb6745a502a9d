"""Extracts and publishes corpus `c` of the root in argv[1], as a process that tests can kill."""

import sys

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.corpus.notes.extraction_pool import shared_workers
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.corpora_for_tests import ingest_raw


def main(uri: str) -> None:
    config = IngestConfig(root=uri, corpus="c", workers=1)
    root = Root.open(uri)
    print("started", flush=True)
    ingest_raw(root, config, shared_workers(config))


if __name__ == "__main__":
    main(sys.argv[1])
