"""Extracts and publishes corpus `c` of the root in argv[1], as a process that tests can kill."""

import sys

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.corpus.notes.extraction_pool import shared_workers
from nocturne.tasks.corpus.notes.note_dataset import clear_other_plans, plan, stage_shard
from nocturne.tasks.corpus.notes.publish_notes import publish_notes
from nocturne.tasks.storage.root import Root


def main(uri: str) -> None:
    config = IngestConfig(root=uri, corpus="c", workers=1)
    root = Root.open(uri)
    todo = plan(root, config)
    clear_other_plans(root, todo)
    print("started", flush=True)
    for index in range(todo.raw.shards):
        stage_shard(root, todo, index, config, shared_workers(config))
    publish_notes(root, todo, config)


if __name__ == "__main__":
    main(sys.argv[1])
