"""The last step of ingest: duplicates out, everything counted, the marker written."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import IngestConfig
from schemas.errors import CorpusError
from schemas.manifest import MIDI_SUFFIXES, Counts, FileManifest, NoteDataset
from schemas.reasons import Outcome, Reason
from tasks.progress import Progress, silent
from tasks.storage.checked import check
from tasks.storage.duplicates import Duplicates
from tasks.storage.note_dataset import LEFT_OUT, Plan, shard_name, without, write_notes
from tasks.storage.root import Root
from tasks.storage.song_families import ShardSongs, write_families


def publish_notes(
    root: Root, plan: Plan, config: IngestConfig, progress: Progress = silent
) -> NoteDataset:
    """Publish all staged shards as one dataset; raises CorpusError if too little is left.

    The manifests are published even then, so that what went wrong can be looked up.
    """
    duplicates = Duplicates()
    manifests: list[pa.Table] = []
    songs: list[ShardSongs] = []
    with ThreadPoolExecutor(2) as threads:
        writes = []
        for index in range(plan.raw.shards):
            staged = root.read_table(f"{plan.staging}/{shard_name(index)}")
            left_out = set(staged["song_id"].filter(staged[LEFT_OUT]).to_pylist())
            files, dropped = duplicates.mark(staged.drop_columns(LEFT_OUT))
            _require_kept(root, plan, index, left_out.difference(dropped))
            late = [song_id for song_id in dropped if song_id not in left_out]
            writes.append(threads.submit(_publish_shard, root, plan, index, files, late))
            manifests.append(files.select(["path", "outcome", "reason", "notes"]))
            songs.append(_songs(plan, index, files))
        for done, write in enumerate(writes, 1):
            write.result()
            progress(done, plan.raw.shards)
    files = pa.concat_tables(manifests)
    counts = count(files)
    _check(files, counts, plan, config, root)
    families = write_families(root, plan.corpus, songs)
    accepted = files.filter(pc.equal(files["outcome"], Outcome.ACCEPTED))
    dataset = NoteDataset(
        fingerprint=plan.fingerprint,
        raw_fingerprint=plan.raw.fingerprint,
        counts=counts,
        skipped=plan.raw.skipped,
        families=families,
        notes=pc.sum(accepted["notes"]).as_py(),
        licence=plan.raw.licence,
        attribution=plan.raw.attribution,
        source=plan.raw.source,
    )
    root.write_json(plan.marker, dataset.model_dump(mode="json"))
    return dataset


def _require_kept(root: Root, plan: Plan, index: int, lost: set[str]) -> None:
    """Raise CorpusError, after making the next run redo the shard, if it lacks songs.

    That takes a killed run, and an earlier shard whose file passed then and timed out now.
    """
    if lost:
        root.delete(f"{plan.staging}/{shard_name(index)}")
        raise CorpusError(
            f"corpus {plan.corpus!r}: shard {index} left out {len(lost)} songs that are no "
            "duplicates any more; run ingest again to redo it"
        )


def _publish_shard(root: Root, plan: Plan, index: int, files: pa.Table, late: list[str]) -> None:
    """Write one manifest, and its notes again if duplicates of it were found only now."""
    name = shard_name(index)
    check(FileManifest, files)
    if late:
        path = f"notes/{plan.corpus}/{name}"
        notes = without(root.read_table(path), pa.chunked_array([late], pa.string()))
        write_notes(root, path, notes)
    root.write_table(f"files/{plan.corpus}/{name}", files)


def _songs(plan: Plan, index: int, files: pa.Table) -> ShardSongs:
    """Return the accepted songs of one shard as its note table has them: by song_id."""
    accepted = files.filter(pc.equal(files["outcome"], Outcome.ACCEPTED)).sort_by("song_id")
    path = f"notes/{plan.corpus}/{shard_name(index)}"
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
    where = root.shown(f"files/{plan.corpus}")
    if counts.inputs != plan.raw.files or not counts.is_complete:
        raise CorpusError(
            f"corpus {plan.corpus!r}: {plan.raw.files} files went in and {counts.inputs} came "
            f"out; delete {where} and run ingest again"
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
    share = broken / (broken + counts.accepted)
    if share > config.max_quarantined_share:
        raise CorpusError(
            f"{share:.0%} of the MIDI files of {plan.raw.source} are unusable ({worst}), over "
            f"the limit of {config.max_quarantined_share:.0%}; see {where}, or raise "
            "max_quarantined_share"
        )
