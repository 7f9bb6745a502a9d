"""What a command needs, looked at before a Prefect server starts: a mistake is told in a second.

The flows check the same things again, as a deployment runs them without the command line. Only
markers and listings are read here.
"""

import os
from collections.abc import Callable
from pathlib import Path

from schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    TrainConfig,
)
from schemas.errors import StorageError
from tasks.storage.root import Root


def check_before_start(flow: str, config: Config) -> None:
    """Raise a NocturneError if the flow of that name cannot do what `config` asks for."""
    if check := CHECKS.get(flow):
        check(config)


def _check_compose(config: ComposeConfig) -> None:
    _check_ingest(config)
    _check_start(_writable(config.root, create=True), config)


def _check_ingest(config: IngestConfig) -> None:
    from tasks.storage.replacement import require_replaceable
    from tasks.storage.sources import require_source

    root = _writable(config.root, create=True)
    require_source(root, config)
    require_replaceable(root, config)


def _check_prepare(config: PrepareConfig) -> None:
    from tasks.storage.corpus_choice import choose_ingested
    from tasks.storage.note_marker import note_dataset

    root = _writable(config.root)
    note_dataset(root, choose_ingested(root, config).corpus)


def _check_train(config: TrainConfig) -> None:
    from tasks.storage.corpus_choice import choose_prepared
    from tasks.storage.sequence_marker import load_dataset

    root = _writable(config.root)
    chosen = choose_prepared(root, config)
    load_dataset(root, chosen.corpus, chosen.scheme)
    _check_start(root, chosen)


def _check_start(root: Root, config: TrainConfig) -> None:
    """Look for the model to start from. A finished model does not need it: ids are not checked."""
    from tasks.model.lookup import resolve

    if config.init_from in ("champion", "latest"):
        resolve(root, config.init_from, config.corpus, config.scheme)


def _check_generate(config: GenerateConfig) -> None:
    from tasks.model.lookup import find
    from tasks.model.registry import read_card
    from tasks.storage.sample_request import model_named, requested_runs

    root = _writable(config.root)
    found = find(root, model_named(config), config.corpus, config.scheme)
    card = read_card(root, found.model_id)
    if config.run is not None or config.more is not None:
        requested_runs(root, config, card)


def _check_promote(config: PromoteConfig) -> None:
    from tasks.model.champion import require_earlier
    from tasks.model.lookup import find, last_changed

    root = _writable(config.root)
    if config.rollback:
        require_earlier(last_changed(root, config.corpus, config.scheme))
    else:
        find(root, config.model, config.corpus, config.scheme)


def _writable(uri: str, *, create: bool = False) -> Root:
    """Open a storage root that is to be written; StorageError for one that cannot be."""
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
    "ingest": _check_ingest,
    "prepare": _check_prepare,
    "train": _check_train,
    "generate": _check_generate,
    "promote": _check_promote,
}
