"""The completion marker of a note corpus, and whether the files that it names are there."""

from shlex import quote

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.facts import Facts, FileFacts
from nocturne.schemas.manifest import NoteDataset
from nocturne.tasks.storage.data_files import lacking, measured_facts, published_sizes
from nocturne.tasks.storage.data_folders import put_in_place
from nocturne.tasks.storage.layout import (
    CORPORA,
    FAMILIES,
    FAMILIES_FILE,
    FILES,
    NOTES,
    DataFolder,
    notes_marker,
    old_marker,
    shard_name,
    shard_number,
)
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

KINDS = (NOTES, FILES, FAMILIES)
GONE = FileFacts(bytes=0, rows=0)  # fits no Parquet file: for files that are missing or cut short


def published_notes(root: Root, corpus: str) -> NoteDataset | None:
    """Return the marker of a corpus, None if there is none; CorpusError if it is damaged."""
    paths = (notes_marker(corpus), old_marker(DataFolder(NOTES, corpus)))
    mend = f"delete it, then {ingest_command(root, corpus)} to write it again"
    return find_marker(root, paths, NoteDataset, CorpusError, mend)


def ingest_command(root: Root, corpus: str, source: str = "") -> str:
    """Return the advice that makes a corpus whole again: a command to run."""
    place, given = quote(without_secrets(root.uri)), quote(source or "SOURCE")
    return f"run `nocturne ingest --root {place} --corpus {corpus} --source {given}`"


def known_corpora(root: Root) -> list[str]:
    """Return the names of all published corpora, sorted."""
    names = {*root.folders(CORPORA), *root.folders(NOTES)}
    markers = {name: (notes_marker(name), old_marker(DataFolder(NOTES, name))) for name in names}
    return sorted(name for name, paths in markers.items() if any(map(root.exists, paths)))


def note_dataset(root: Root, corpus: str) -> NoteDataset:
    """Return the marker of a corpus; CorpusError, naming those known, if there is none."""
    if (dataset := published_notes(root, corpus)) is None:
        raise CorpusError(
            f"unknown or unfinished corpus {corpus} under {without_secrets(root.uri)} "
            f"(finished: {', '.join(known_corpora(root)) or 'none'}): "
            f"{ingest_command(root, corpus)} first"
        )
    return dataset


def load_note_dataset(root: Root, corpus: str) -> NoteDataset:
    """Return the marker of a complete corpus; CorpusError if files of it are gone or cut short."""
    dataset = note_dataset(root, corpus)
    if lost := lost_files(root, corpus, dataset):
        if note_dataset(root, corpus).fingerprint != dataset.fingerprint:
            return load_note_dataset(root, corpus)  # it was ingested again in between
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        raise CorpusError(
            f"{root.display_path(lost[0])}{more} of corpus {corpus} is missing or cut short: "
            f"{ingest_command(root, corpus, dataset.source)} to make it again"
        )
    return dataset


def lost_files(root: Root, corpus: str, dataset: NoteDataset) -> list[str]:
    """Return the paths of a corpus's files that are missing or cut short, by listings."""
    lost = []
    for kind, facts in (dataset.facts or implied_facts(root, corpus, dataset)).items():
        folder = DataFolder(kind, corpus)
        names = lacking(root, folder, dataset.fingerprint, facts)
        lost += [f"{folder.path}/{name}" for name in names]
    return lost


def put_notes_in_place(root: Root, corpus: str, dataset: NoteDataset) -> None:
    """Move the files of a published corpus into place, and clear other files there."""
    for kind, names in dataset.facts.items():
        put_in_place(root, DataFolder(kind, corpus), dataset.fingerprint, names)


def implied_facts(root: Root, corpus: str, dataset: NoteDataset) -> Facts:
    """Return the facts that the marker of an older version implies, by the files' footers."""
    names = _implied_shards(root, corpus)
    wanted = {NOTES: names, FILES: names, FAMILIES: [FAMILIES_FILE] * bool(dataset.families)}
    facts: Facts = {}
    for kind in KINDS:
        folder = DataFolder(kind, corpus)
        found = measured_facts(root, folder, dataset.fingerprint, wanted[kind])
        facts[kind] = {name: found.get(name, GONE) for name in wanted[kind]}
    rows = sum(fact.rows or 0 for fact in facts[FILES].values())
    if rows < dataset.counts.inputs and GONE not in facts[FILES].values():
        facts[FILES][shard_name(len(names))] = GONE  # the last ones are gone
    return {kind: names for kind, names in facts.items() if names}


def _implied_shards(root: Root, corpus: str) -> list[str]:
    """Return the names of all shards up to the last that is there."""
    found = [
        shard_number(name)
        for kind in (NOTES, FILES)
        for name in published_sizes(root, DataFolder(kind, corpus), "")
    ]
    return [shard_name(number) for number in range(max(found, default=-1) + 1)]
