"""Choose the codebooks of a corpus: those of before while they stand, else new ones.

They stand while the distribution of the training songs' notes is within `max_codebook_drift` of the
one that they were fitted on, however many nights ago: small steps add up.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import Distribution, Vocabulary
from nocturne.tasks.corpus.notes.read_notes import songs_of_shard
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan
from nocturne.tasks.music import categories
from nocturne.tasks.music.categories.distribution import drift, sum_of
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class Codebooks:
    """A vocabulary, why it was kept or fitted, and the distributions behind it.

    `fitted` is that of the songs it was fitted on, `training` that of the training songs of today;
    `drift` is the distance between the two, None where it was fitted on these.
    """

    vocabulary: Vocabulary
    reason: str
    fitted: Distribution
    training: Distribution
    drift: float | None = None


def choose_codebooks(root: Root, plan: SequencePlan, progress: Progress = silent) -> Codebooks:
    """Keep the codebooks of the corpus prepared before, or fit new ones on the training songs.

    CorpusError if the training songs hold no notes.
    """
    training = _training_distribution(root, plan, progress)
    earlier = plan.earlier
    if earlier is None or earlier.continuation is None:
        kind = "that this version can go on from" if plan.replaces else "before"
        return _fitted(plan, training, f"fitted: there are none {kind}")
    fitted, bound = earlier.continuation.fitted, plan.config.max_codebook_drift
    moved = drift(fitted, training)
    name, most = max(moved.items(), key=lambda item: item[1])
    if most > bound or not bound:
        return _fitted(plan, training, f"fitted anew: {name} moved by {most:.3f}, bound {bound:g}")
    reason = f"kept: {name} moved most, by {most:.3f}, bound {bound:g}"
    return Codebooks(earlier.vocabulary.with_end(), reason, fitted, training, most)


def _fitted(plan: SequencePlan, training: Distribution, reason: str) -> Codebooks:
    vocabulary = categories.fit_counted(plan.config.scheme, training, plan.fitted_on)
    return Codebooks(vocabulary, reason, training, training)


def _training_distribution(root: Root, plan: SequencePlan, progress: Progress) -> Distribution:
    """Return the distribution of the training songs, reading no more songs than need be.

    While all earlier training songs are training songs with the same notes, only the others are
    read.
    """
    training = {song for song, split in plan.split_of.items() if split == "train"}
    earlier, scheme = plan.earlier, plan.config.scheme
    if earlier is not None and earlier.continuation is not None:
        before = {song for song, split in earlier.splits.items() if split == "train"}
        if before <= training and all(earlier.holds(plan.songs[song]) for song in before):
            added = categories.measure(scheme, _songs(root, plan, training - before, progress))
            return sum_of([earlier.continuation.training, added])
    return categories.measure(scheme, _songs(root, plan, training, progress))


def _songs(
    root: Root, plan: SequencePlan, wanted: Collection[str], progress: Progress
) -> Iterator[Notes]:
    """Yield the notes of the songs `wanted`; shards that hold none of them are not read."""
    for done, (shard, songs) in enumerate(plan.shards.items(), 1):
        if any(song in wanted for song in songs):
            found = songs_of_shard(root, plan.config.corpus, shard)
            yield from (notes for song, notes in found if song in wanted)
        progress(done, len(plan.shards))
