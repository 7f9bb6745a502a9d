"""What a command needs, checked before a Prefect server starts: a mistake is reported in a second.

The flows check the same again, since a deployment runs them without the command line. Only
markers, listings and the songs that samples continue are read here.
"""

import os
from collections.abc import Callable
from pathlib import Path

from nocturne.schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    SamplingConfig,
    StagesConfig,
    TrainConfig,
)
from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.root import Root


def check_before_start(flow: str, config: Config) -> None:
    """Raise a NocturneError if the flow of that name cannot run with `config`."""
    if check := CHECKS.get(flow):
        check(config)


def _check_stages(config: StagesConfig) -> None:
    _check_ingest(config)
    _check_start(_writable(config.root, create=True), config)


def _check_compose(config: ComposeConfig) -> None:
    from nocturne.tasks.primes.request import request_primes

    _check_stages(config)
    sampling = config.subset(SamplingConfig).model_dump()
    request_primes(_writable(config.root, create=True), GenerateConfig(**sampling))


def _check_ingest(config: IngestConfig) -> None:
    from nocturne.tasks.corpus.replacement import require_replaceable
    from nocturne.tasks.sources.source import require_source

    root = _writable(config.root, create=True)
    require_source(root, config)
    require_replaceable(root, config)


def _check_prepare(config: PrepareConfig) -> None:
    from nocturne.tasks.corpus.corpus_choice import choose_ingested
    from nocturne.tasks.corpus.notes.note_marker import note_dataset

    root = _writable(config.root)
    note_dataset(root, choose_ingested(root, config).corpus)


def _check_train(config: TrainConfig) -> None:
    from nocturne.tasks.corpus.corpus_choice import choose_prepared
    from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset

    root = _writable(config.root)
    config = choose_prepared(root, config)
    load_dataset(root, config.corpus, config.scheme)
    _check_start(root, config)


def _check_start(root: Root, config: TrainConfig) -> None:
    """Look up the model to start from.

    An id may be that of a deleted model from which a model was trained: a finished model does not
    need its start any more.
    """
    from nocturne.tasks.model.registry.lookup import resolve
    from nocturne.tasks.model.registry.models import read_cards

    name = config.init_from
    if name and name not in {card.config.init_from for card in read_cards(root)[0]}:
        resolve(root, name, config.corpus, config.scheme)


def _check_generate(config: GenerateConfig) -> None:
    from nocturne.tasks.model.registry.lookup import find
    from nocturne.tasks.model.registry.models import read_card
    from nocturne.tasks.primes.request import request_primes
    from nocturne.tasks.samples.request import model_named, possible_runs

    root = _writable(config.root)
    found = find(root, model_named(config), config.corpus, config.scheme)
    card = read_card(root, found.model_id)
    possible_runs(root, card, request_primes(root, config))


def _check_promote(config: PromoteConfig) -> None:
    from nocturne.tasks.model.registry.champion import require_earlier
    from nocturne.tasks.model.registry.lookup import find, last_changed

    root = _writable(config.root)
    if config.rollback:
        require_earlier(last_changed(root, config.corpus, config.scheme))
    else:
        find(root, config.model, config.corpus, config.scheme)


def _writable(uri: str, *, create: bool = False) -> Root:
    """Open a storage root; StorageError if this user cannot write there."""
    root = Root.open(uri, create=create)
    base = Path(root.base)
    if root.is_local and not os.access(base, os.R_OK | os.W_OK | os.X_OK):
        raise StorageError(
            f"cannot write in storage root {base}: it is read-only to this user; change its "
            "permissions, or name another with --root"
        )
    return root


CHECKS: dict[str, Callable[..., None]] = {
    "compose": _check_compose,
    "retrain": _check_stages,
    "ingest": _check_ingest,
    "prepare": _check_prepare,
    "train": _check_train,
    "generate": _check_generate,
    "promote": _check_promote,
}
