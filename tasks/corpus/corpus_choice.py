"""Choose the corpus where the config names none and no source gives a name."""

from typing import TypeVar

from nocturne.schemas.config import CorpusConfig, SchemeConfig
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import CorpusError
from nocturne.tasks.corpus.notes.note_marker import known_corpora
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.storage.root import Root

AnyCorpusConfig = TypeVar("AnyCorpusConfig", bound=CorpusConfig)
AnySchemeConfig = TypeVar("AnySchemeConfig", bound=SchemeConfig)


def choose_ingested(root: Root, config: AnyCorpusConfig) -> AnyCorpusConfig:
    """Return the config with a corpus: the one that it names, or the only ingested corpus.

    CorpusError, with the names of the corpora, unless there is exactly one.
    """
    return config if config.corpus else _only(root, config, known_corpora(root))


def choose_prepared(root: Root, config: AnySchemeConfig) -> AnySchemeConfig:
    """Return the config with a corpus: the one that it names, or the only prepared corpus."""
    if config.corpus:
        return config
    known = known_corpora(root)
    prepared = [name for name in known if published_sequences(root, name, config.scheme)]
    return _only(root, config, prepared or known)


def _only(root: Root, config: AnyCorpusConfig, names: list[str]) -> AnyCorpusConfig:
    if not names:
        raise CorpusError(
            f"there is no corpus under {without_secrets(root.uri)}: "
            f"run `nocturne ingest --root {without_secrets(root.uri)} --source SOURCE` first"
        )
    if len(names) > 1:
        raise CorpusError(
            f"no corpus is named and there are {len(names)} under {without_secrets(root.uri)}: "
            f"add --corpus with one of {', '.join(names)}"
        )
    return config.copy_with(corpus=names[0])
