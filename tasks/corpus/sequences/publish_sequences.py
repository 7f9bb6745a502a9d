"""Put a published sequence dataset into place, and clear what it replaced."""

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.corpus.sequences.sequence_marker import (
    FILES,
    implied_facts,
    lost_files,
    published_sequences,
)
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan
from nocturne.tasks.storage.data_files import find
from nocturne.tasks.storage.data_folders import clear_staging, drop_staging, move_file, put_in_place
from nocturne.tasks.storage.layout import (
    SEQUENCES,
    SONGS,
    VOCABULARIES,
    DataFolder,
    markers_of,
    sequences_marker,
)
from nocturne.tasks.storage.root import Root


def marker_of(plan: SequencePlan) -> str:
    """Path of the completion marker."""
    return sequences_marker(plan.config.corpus, plan.config.scheme)


def sequences_of_plan(root: Root, plan: SequencePlan) -> SequenceDataset | None:
    """Return the published dataset if it is the one of this plan, whole.

    CorpusError if the marker is damaged; whatever else is missing or damaged is made again.
    """
    corpus, scheme = plan.config.corpus, plan.config.scheme
    dataset = published_sequences(root, corpus, scheme)
    if dataset is None or lost_files(root, corpus, scheme, dataset):
        return None
    try:
        vocabulary = PreparedCorpus(root, corpus, scheme).vocabulary
    except CorpusError:
        return None
    if dataset.fingerprint == plan.fingerprint:
        return dataset
    stands = dataset.drift is not None and dataset.drift <= plan.config.max_codebook_drift > 0
    return dataset if stands and dataset.fingerprint == plan.fingerprint_with(vocabulary) else None


def finished_sequences(root: Root, plan: SequencePlan) -> SequenceDataset | None:
    """Return the dataset of this plan if it is published whole, else None.

    Its files are moved into place first, and staging and what older versions left are cleared.
    """
    dataset = sequences_of_plan(root, plan)
    if dataset is None:
        return None
    complete = dataset
    if not dataset.facts:
        facts = implied_facts(root, plan.config.corpus, plan.config.scheme, dataset)
        complete = dataset.model_copy(update={"facts": facts})
        root.write_bytes(marker_of(plan), f"{complete.model_dump_json(indent=2)}\n".encode())
    clear_staging(root, folders_of(plan).values(), dataset.fingerprint)
    put_sequences_in_place(root, plan, complete)
    return dataset


def put_sequences_in_place(root: Root, plan: SequencePlan, dataset: SequenceDataset) -> None:
    """Move the files of a published dataset into place, and clear what else lies there."""
    folders = folders_of(plan)
    for kind in (SONGS, VOCABULARIES, SEQUENCES):  # where older versions had all of them: last
        for name in dataset.facts.get(kind, {}):
            _take_from_old_place(root, folders[kind], dataset, name)
        put_in_place(root, folders[kind], dataset.fingerprint, dataset.facts.get(kind, {}))
    drop_staging(root, plan.config.corpus)


def _take_from_old_place(
    root: Root, folder: DataFolder, dataset: SequenceDataset, name: str
) -> None:
    """Move a file of this dataset from where older versions kept it."""
    path = find(root, folder, dataset.fingerprint, name)
    if folder.path != folder.old_path and path == f"{folder.old_path}/{name}":
        move_file(root, path, f"{folder.path}/{name}")


def clear_other_generations(root: Root, plan: SequencePlan, fingerprint: str) -> None:
    """Clear what other plans and killed runs left; published files are moved into place.

    Staging of the dataset with this fingerprint stays.
    """
    old = published_sequences(root, plan.config.corpus, plan.config.scheme)
    if old and old.facts and old.fingerprint != fingerprint:
        put_sequences_in_place(root, plan, old)
    root.clear_unfinished(markers_of(plan.config.corpus))
    clear_staging(root, folders_of(plan).values(), fingerprint)


def folders_of(plan: SequencePlan) -> dict[str, DataFolder]:
    """Return the data folders of a dataset, by kind."""
    corpus, scheme = plan.config.corpus, plan.config.scheme
    return {kind: DataFolder(kind, corpus, scheme) for kind in FILES}
