"""Every input file is accounted for, and not too many of them are unusable."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import MIDI_SUFFIXES, Counts
from nocturne.schemas.reasons import Outcome, Reason
from nocturne.tasks.corpus.notes.note_plan import NotePlan
from nocturne.tasks.storage.layout import staging_of
from nocturne.tasks.storage.root import Root


def count_outcomes(files: pa.Table) -> Counts:
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


def require_usable(
    root: Root, plan: NotePlan, config: IngestConfig, files: pa.Table, counts: Counts
) -> None:
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
