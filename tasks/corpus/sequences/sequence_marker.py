"""The completion marker of a sequence dataset, and whether its files are there."""

from shlex import quote

from nocturne.schemas.config import SchemeName
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.facts import Facts, FileFacts
from nocturne.schemas.sequences import SPLITS, SequenceDataset
from nocturne.tasks.corpus.notes.note_marker import GONE
from nocturne.tasks.storage.data_files import lacking, measured_facts, published_sizes
from nocturne.tasks.storage.layout import (
    SEQUENCES,
    SONGS,
    SONGS_FILE,
    VOCABULARIES,
    VOCABULARY_FILE,
    DataFolder,
    old_marker,
    sequences_marker,
    split_file,
)
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

FILES = {
    SEQUENCES: {split_file(split) for split in SPLITS},
    SONGS: {SONGS_FILE},
    VOCABULARIES: {VOCABULARY_FILE},
}


def sequences_folder(corpus: str, scheme: SchemeName) -> str:
    """Return the folder of a corpus's sequences, relative to the root."""
    return DataFolder(SEQUENCES, corpus, scheme).path


def prepare_command(root: Root, corpus: str, scheme: SchemeName) -> str:
    """Return the advice that makes a sequence dataset whole again: a command to run."""
    place = quote(without_secrets(root.uri))
    return f"run `nocturne prepare --root {place} --corpus {corpus} --scheme {scheme}`"


def published_sequences(root: Root, corpus: str, scheme: SchemeName) -> SequenceDataset | None:
    """Return the marker of a dataset, None if there is none; CorpusError if it is damaged."""
    mend = f"delete it, then {prepare_command(root, corpus, scheme)} to write it again"
    old = old_marker(DataFolder(SEQUENCES, corpus, scheme))
    paths = (sequences_marker(corpus, scheme), old)
    return find_marker(root, paths, SequenceDataset, CorpusError, mend)


def load_dataset(root: Root, corpus: str, scheme: SchemeName) -> SequenceDataset:
    """Return the marker of a sequence dataset; CorpusError if there is none."""
    if dataset := published_sequences(root, corpus, scheme):
        return dataset
    raise CorpusError(
        f"corpus {corpus} is not prepared as {scheme} under {without_secrets(root.uri)}: "
        f"{prepare_command(root, corpus, scheme)} first"
    )


def lost_files(root: Root, corpus: str, scheme: SchemeName, dataset: SequenceDataset) -> list[str]:
    """Return the paths of a dataset's files that are missing or cut short."""
    facts = dataset.facts or implied_facts(root, corpus, scheme, dataset)
    lost = []
    for kind, names in facts.items():
        folder = DataFolder(kind, corpus, scheme)
        found = lacking(root, folder, dataset.fingerprint, names)
        lost += [f"{folder.path}/{name}" for name in found]
    return lost


def implied_facts(root: Root, corpus: str, scheme: SchemeName, dataset: SequenceDataset) -> Facts:
    """Return the facts that the marker of an older version implies, by the files' footers."""
    facts: Facts = {}
    for kind, names in FILES.items():
        folder = DataFolder(kind, corpus, scheme)
        if kind == VOCABULARIES:
            sizes = published_sizes(root, folder, dataset.fingerprint)
            found = {name: FileFacts(bytes=sizes[name], rows=None) for name in names & sizes.keys()}
        else:
            found = measured_facts(root, folder, dataset.fingerprint, names)
        facts[kind] = {name: found.get(name, GONE) for name in sorted(names)}
    for split, rows in dataset.notes.items():
        if facts[SEQUENCES][split_file(split)].rows != rows:
            facts[SEQUENCES][split_file(split)] = GONE
    return facts


def require_same_sequences(
    root: Root, corpus: str, scheme: SchemeName, dataset: SequenceDataset
) -> None:
    """Raise CorpusError if a corpus was prepared anew since `dataset` was read."""
    if load_dataset(root, corpus, scheme).fingerprint != dataset.fingerprint:
        raise CorpusError(
            f"corpus {corpus} under {without_secrets(root.uri)} was prepared anew while it was "
            "read: run this again"
        )
