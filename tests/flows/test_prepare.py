"""The prepare flow, on Prefect's own throw-away server."""

import logging
from collections import Counter
from typing import Any

import pytest
from prefect.context import TaskRunContext

from nocturne.flows.prepare import prepare
from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.errors import CorpusError
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("prefect_server")]


def test_prepare_publishes_then_reuses_and_explains_itself(
    root: Root, caplog: pytest.LogCaptureFixture
) -> None:
    write_corpus(root, random_shards(5, 4))
    config = PrepareConfig(root=root.uri, corpus="tunes")
    with caplog.at_level(logging.INFO):
        dataset = prepare(config)
        assert dataset == load_dataset(root, "tunes", "factored")
        assert sum(dataset.songs.values()) == 9
        assert "is up to date: reused" not in caplog.text
        assert prepare(config) == dataset
        assert "up to date: reused" in caplog.text
        with pytest.raises(CorpusError, match=r"corpus pop .*finished: tunes"):
            prepare(config.copy_with(corpus="pop"))


def test_the_flow_and_each_of_its_tasks_open_the_root_once(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(root, random_shards(5, 4))
    opened: Counter[str] = Counter()
    real = Root.open

    def counted(uri: str, **options: Any) -> Root:
        context = TaskRunContext.get()
        opened[context.task_run.name if context else "flow"] += 1
        return real(uri, **options)

    monkeypatch.setattr(Root, "open", counted)
    prepare(PrepareConfig(root=root.uri, corpus="tunes"))
    assert opened == {
        "flow": 1,
        "split songs of tunes": 1,
        "choose codebooks": 1,
        "encode songs": 1,
    }
