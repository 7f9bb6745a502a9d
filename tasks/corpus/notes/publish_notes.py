"""The last step of ingest: duplicates out, everything counted, the marker written."""

import pyarrow as pa

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.facts import Facts
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.corpus.notes.accounting import count_outcomes, require_usable
from nocturne.tasks.corpus.notes.families import ShardSongs, write_families
from nocturne.tasks.corpus.notes.final_manifests import stage_manifests, staged_notes
from nocturne.tasks.corpus.notes.note_marker import (
    implied_facts,
    published_notes,
    put_notes_in_place,
)
from nocturne.tasks.corpus.notes.note_plan import NotePlan, extraction_of, notes_of_plan
from nocturne.tasks.corpus.raw import publish_raw
from nocturne.tasks.corpus.replacement import next_peak, require_no_shrink, require_same_music
from nocturne.tasks.corpus.reuse.known_songs import forget_known_songs
from nocturne.tasks.sources.identity import source_id
from nocturne.tasks.storage.data_files import facts_of
from nocturne.tasks.storage.data_folders import drop_staging
from nocturne.tasks.storage.layout import FAMILIES_FILE, notes_marker, shard_name
from nocturne.tasks.storage.root import Root


def publish_notes(
    root: Root, plan: NotePlan, config: IngestConfig, progress: Progress = silent
) -> NoteDataset:
    """Publish all extracted shards, and their raw shards, as one dataset.

    Raises CorpusError if too little is left, or if the published corpus is of another source or
    would lose too many songs: the published corpus then stays as it was, and the staged manifests
    stay too, to look up what went wrong.
    """
    old = published_notes(root, plan.corpus)
    manifests, songs = stage_manifests(root, plan, progress)
    files = pa.concat_tables(manifests)
    counts = count_outcomes(files)
    require_usable(root, plan, config, files, counts)
    require_same_music(root, config, files["song_id"].to_pylist())
    require_no_shrink(root, config, counts.accepted)
    _leave_out_published(root, plan, songs)
    families_path = f"{plan.families.staging(plan.fingerprint)}/{FAMILIES_FILE}"
    families = write_families(root, families_path, songs)
    dataset = NoteDataset(
        fingerprint=plan.fingerprint,
        raw_fingerprint=plan.raw.fingerprint,
        counts=counts,
        skipped=plan.raw.skipped,
        families=families,
        notes=sum(sum(shard.notes) for shard in songs),
        licence=plan.raw.licence,
        attribution=plan.raw.attribution,
        source=plan.raw.source,
        source_id=source_id(config.source),
        peak_songs=next_peak(old, config, counts.accepted),
        extraction=extraction_of(config),
        facts=_facts(root, plan, [len(manifest) for manifest in manifests], songs),
    )
    publish_raw(root, plan.corpus, plan.raw)
    root.write_json(notes_marker(plan.corpus), dataset.model_dump(mode="json"))
    _put_in_place(root, plan, dataset)
    forget_known_songs()
    return dataset


def finished_notes(root: Root, plan: NotePlan) -> NoteDataset | None:
    """Return the dataset of this plan if it is published whole, else None.

    Its files are moved into place first, and staging and what older versions left are cleared:
    the run that published it may have been killed, or been of an older version, whose marker says
    nothing of the files.
    """
    dataset = notes_of_plan(root, plan)
    if dataset is None:
        return None
    complete = dataset
    if not dataset.facts:
        facts = implied_facts(root, plan.corpus, dataset)
        complete = dataset.model_copy(update={"facts": facts})
        root.write_json(notes_marker(plan.corpus), complete.model_dump(mode="json"))
    publish_raw(root, plan.corpus, plan.raw)
    _put_in_place(root, plan, complete)
    return dataset


def _put_in_place(root: Root, plan: NotePlan, dataset: NoteDataset) -> None:
    put_notes_in_place(root, plan.corpus, dataset)
    root.delete(plan.extracted)
    drop_staging(root, plan.corpus)


def _leave_out_published(root: Root, plan: NotePlan, songs: list[ShardSongs]) -> None:
    """Delete the staged notes of shards that are published as they are: these are new ones only."""
    for index, shard in enumerate(songs if plan.base else []):
        if shard.path != staged_notes(plan, index):
            root.delete(staged_notes(plan, index))


def _facts(root: Root, plan: NotePlan, files: list[int], songs: list[ShardSongs]) -> Facts:
    """Return the facts of all files of the dataset; `files` are the rows of the manifests."""
    kinds = (
        (plan.notes, {shard_name(i): sum(shard.notes) for i, shard in enumerate(songs)}),
        (plan.files, {shard_name(i): rows for i, rows in enumerate(files)}),
        (plan.families, {FAMILIES_FILE: sum(len(shard.song_ids) for shard in songs)}),
    )
    return {folder.kind: facts_of(root, folder, plan.fingerprint, names) for folder, names in kinds}
