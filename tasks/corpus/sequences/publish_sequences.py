"""Putting a published sequence dataset into place, and clearing what it replaced."""

from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.sequences.sequence_marker import (
    FILES,
    implied_facts,
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


def finish_publishing(root: Root, plan: SequencePlan, dataset: SequenceDataset) -> None:
    """Move what is published into place, and clear staging and what older versions left."""
    if not dataset.facts:
        facts = implied_facts(root, plan.config.corpus, plan.config.scheme, dataset)
        dataset = dataset.model_copy(update={"facts": facts})
        root.write_bytes(marker_of(plan), f"{dataset.model_dump_json(indent=2)}\n".encode())
    clear_staging(root, folders_of(plan).values(), dataset.fingerprint)
    put_sequences_in_place(root, plan, dataset)


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


def clear_other_generations(root: Root, plan: SequencePlan) -> None:
    """Clear what other plans and killed runs left; what is published is moved into place."""
    old = published_sequences(root, plan.config.corpus, plan.config.scheme)
    if old and old.facts and old.fingerprint != plan.fingerprint:
        put_sequences_in_place(root, plan, old)
    root.clear_unfinished(markers_of(plan.config.corpus))
    clear_staging(root, folders_of(plan).values(), plan.fingerprint)


def folders_of(plan: SequencePlan) -> dict[str, DataFolder]:
    """Return the data folders of a dataset, by kind."""
    corpus, scheme = plan.config.corpus, plan.config.scheme
    return {kind: DataFolder(kind, corpus, scheme) for kind in FILES}
