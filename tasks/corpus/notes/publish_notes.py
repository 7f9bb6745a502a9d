"""The last step of ingest: duplicates out, everything counted, the marker written."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.facts import Facts
from nocturne.schemas.manifest import MIDI_SUFFIXES, Counts, FileManifest, NoteDataset
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.reasons import Outcome, Reason
from nocturne.tasks.corpus.notes.exact_duplicates import Duplicates
from nocturne.tasks.corpus.notes.families import ShardSongs, write_families
from nocturne.tasks.corpus.notes.note_dataset import (
    LEFT_OUT,
    Plan,
    manifest_path,
    without,
    write_notes,
)
from nocturne.tasks.corpus.notes.note_marker import (
    implied_facts,
    published_notes,
    put_notes_in_place,
)
from nocturne.tasks.corpus.raw import publish_raw
from nocturne.tasks.corpus.replacement import next_peak, require_no_shrink, require_same_music
from nocturne.tasks.sources.identity import source_id
from nocturne.tasks.storage.data_files import facts_of, find, read_rows
from nocturne.tasks.storage.data_folders import drop_staging
from nocturne.tasks.storage.layout import FAMILIES_FILE, notes_marker, shard_name, staging_of
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.validation import check


def publish_notes(
    root: Root, plan: Plan, config: IngestConfig, progress: Progress = silent
) -> NoteDataset:
    """Publish all extracted shards, and their raw shards, as one dataset.

    Raises CorpusError if too little is left, or if the published corpus is of another source or
    would lose too many songs: then that one stays as it is, and the staged manifests, too, so
    that what went wrong can be looked up.
    """
    old = published_notes(root, plan.corpus)
    manifests, songs = _write_manifests(root, plan, progress)
    files = pa.concat_tables(manifests)
    counts = count(files)
    _check(files, counts, plan, config, root)
    require_same_music(root, config, files["song_id"].to_pylist())
    require_no_shrink(root, config, counts.accepted)
    families = write_families(root, _families_path(plan), songs)
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
        facts=_facts(root, plan, [len(files) for files in manifests], songs),
    )
    publish_raw(root, plan.corpus, plan.raw)
    root.write_json(notes_marker(plan.corpus), dataset.model_dump(mode="json"))
    _put_in_place(root, plan, dataset)
    return dataset


def finish_publishing(root: Root, plan: Plan, dataset: NoteDataset) -> None:
    """Move what is published into place, and clear staging and what older versions left.

    For a dataset that was published before, too: the run that did it may have been killed, or
    been an older version's, whose marker says nothing of the files.
    """
    if not dataset.facts:
        facts = implied_facts(root, plan.corpus, dataset)
        dataset = dataset.model_copy(update={"facts": facts})
        root.write_json(notes_marker(plan.corpus), dataset.model_dump(mode="json"))
    publish_raw(root, plan.corpus, plan.raw)
    _put_in_place(root, plan, dataset)


def _put_in_place(root: Root, plan: Plan, dataset: NoteDataset) -> None:
    put_notes_in_place(root, plan.corpus, dataset)
    root.delete(plan.extracted)
    drop_staging(root, plan.corpus)


def _write_manifests(
    root: Root, plan: Plan, progress: Progress
) -> tuple[list[pa.Table], list[ShardSongs]]:
    """Stage the final manifests; return what each says of its files, and its songs."""
    duplicates = Duplicates()
    manifests: list[pa.Table] = []
    songs: list[ShardSongs] = []
    with ThreadPoolExecutor(2) as threads:
        writes = []
        for index in range(plan.raw.shards):
            path = manifest_path(root, plan, index)
            staged = read_rows(root, path, "run nocturne ingest again")
            if fresh := LEFT_OUT in staged.column_names:
                left_out = set(staged["song_id"].filter(staged[LEFT_OUT]).to_pylist())
                staged = staged.drop_columns(LEFT_OUT)
            else:
                left_out = set()
            files, dropped = duplicates.mark(staged)
            _require_kept(root, plan, index, left_out.difference(dropped))
            if fresh:
                late = [song_id for song_id in dropped if song_id not in left_out]
                writes.append(threads.submit(_stage_manifest, root, plan, index, files, late))
            manifests.append(files.select(["path", "song_id", "outcome", "reason", "notes"]))
            songs.append(_songs(root, plan, index, files))
        for done, write in enumerate(writes, 1):
            write.result()
            progress(done, len(writes))
    return manifests, songs


def _facts(root: Root, plan: Plan, files: list[int], songs: list[ShardSongs]) -> Facts:
    """Return the facts of all files of the dataset; `files` are the rows of the manifests."""
    kinds = (
        (plan.notes, {shard_name(i): sum(shard.notes) for i, shard in enumerate(songs)}),
        (plan.files, {shard_name(i): rows for i, rows in enumerate(files)}),
        (plan.families, {FAMILIES_FILE: sum(len(shard.song_ids) for shard in songs)}),
    )
    return {folder.kind: facts_of(root, folder, plan.fingerprint, names) for folder, names in kinds}


def _families_path(plan: Plan) -> str:
    return f"{plan.families.staging(plan.fingerprint)}/{FAMILIES_FILE}"


def _require_kept(root: Root, plan: Plan, index: int, lost: set[str]) -> None:
    """Raise CorpusError, after making the next run redo the shard, if it lacks songs.

    That takes a killed run, and an earlier shard whose file passed then and timed out now.
    """
    if lost:
        root.delete(f"{plan.extracted}/{shard_name(index)}")
        raise CorpusError(
            f"corpus {plan.corpus!r}: shard {index} left out {len(lost)} songs that are no "
            "duplicates any more; run ingest again to redo it"
        )


def _stage_manifest(root: Root, plan: Plan, index: int, files: pa.Table, late: list[str]) -> None:
    """Stage one manifest, and its notes again if duplicates of it were found only now."""
    name = shard_name(index)
    check(FileManifest, files)
    if late:
        path = f"{plan.notes.staging(plan.fingerprint)}/{name}"
        notes = without(
            read_rows(root, path, "ingest again"), pa.chunked_array([late], pa.string())
        )
        write_notes(root, path, notes)
    root.write_table(f"{plan.files.staging(plan.fingerprint)}/{name}", files)


def _songs(root: Root, plan: Plan, index: int, files: pa.Table) -> ShardSongs:
    """Return the accepted songs of one shard as its note table has them: by song_id."""
    accepted = files.filter(pc.equal(files["outcome"], Outcome.ACCEPTED)).sort_by("song_id")
    path = find(root, plan.notes, plan.fingerprint, shard_name(index))
    return ShardSongs(path, accepted["song_id"].to_pylist(), accepted["notes"].to_pylist())


def count(files: pa.Table) -> Counts:
    """Count the rows of a manifest by outcome."""
    by_outcome = Counter(files["outcome"].to_pylist())
    return Counts(inputs=len(files), **{str(o): by_outcome[o] for o in Outcome})


def claims_midi(files: pa.Table) -> pa.Array:
    """Return which files say that they are MIDI, by suffix or by how their bytes begin."""
    claims = [str(path).lower().endswith(MIDI_SUFFIXES) for path in files["path"]]
    suffix = pa.array(claims, pa.bool_())  # named: an empty list would be of null type
    other = pa.array([str(Reason.NOT_MIDI), str(Reason.TOO_LARGE)])
    by_content = pc.invert(pc.is_in(files["reason"].combine_chunks(), value_set=other))
    return pc.or_(suffix, by_content)


def _check(files: pa.Table, counts: Counts, plan: Plan, config: IngestConfig, root: Root) -> None:
    """Raise CorpusError if files are unaccounted for, or too many of them unusable."""
    where = root.display_path(plan.files.staging(plan.fingerprint))
    if counts.inputs != plan.raw.files or not counts.is_complete:
        raise CorpusError(
            f"corpus {plan.corpus!r}: {plan.raw.files} files went in and {counts.inputs} came "
            f"out; delete {root.display_path(staging_of(plan.corpus))} and run ingest again"
        )
    bad = files.filter(pc.equal(files["outcome"], Outcome.QUARANTINED))
    claiming = Counter(bad.filter(claims_midi(bad))["reason"].to_pylist())
    broken = sum(claiming.values())
    worst = ", ".join(f"{reason} {n}" for reason, n in claiming.most_common(3))
    if not counts.accepted:
        raise CorpusError(
            f"none of the {broken} MIDI files of {plan.raw.source} gave notes ({worst}); "
            f"see {where} for each file's reason"
        )
    share = broken / (broken + counts.accepted + counts.duplicate)
    if share > config.max_quarantined_share:
        raise CorpusError(
            f"{share:.0%} of the MIDI files of {plan.raw.source} are unusable ({worst}), over "
            f"the limit of {config.max_quarantined_share:.0%}; see {where}, or raise "
            "max_quarantined_share"
        )
