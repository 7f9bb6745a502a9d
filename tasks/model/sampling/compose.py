"""Draw pieces of music from a model: the ids that it samples, as notes."""

import math
from collections.abc import Callable
from dataclasses import replace

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.samples import SampleRun
from nocturne.schemas.samples.piece_facts import PRIME_NOTES
from nocturne.schemas.theory import bar_quarters
from nocturne.tasks.model.network.match_features import INTERVAL
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.music.theory.transposing import transposed
from nocturne.tasks.primes.encoding import encoded
from nocturne.tasks.primes.prime import Prime, continued
from nocturne.tasks.primes.request import NO_PRIMES, Primes

# sample.sample, or another of its signature: (model, config, first_index, count, progress).
Sampler = Callable[[Model, SamplingConfig, int, int, Progress], Drawn]


def compose_batch(
    model: Model,
    sampler: Sampler,
    run: SampleRun,
    first_index: int,
    count: int,
    progress: Progress = silent,
    primes: Primes = NO_PRIMES,
) -> list[Composition]:
    """Return the pieces first_index .. first_index + count - 1 of `run`, each starting at 0.

    `primes` are the songs that the run's config names. ModelError if the model has another
    vocabulary than the run was planned with.
    """
    if not model.vocabulary.is_called(run.vocabulary_id):
        found = model.vocabulary.vocabulary_id
        raise ModelError(
            f"model {run.model_id} has vocabulary {found}, but its card says {run.vocabulary_id}: "
            "the folder is mixed up; train the model again"
        )
    songs = [song for song in (primes.first, primes.second) if song]
    if songs:
        model = replace(model, primes=tuple(encoded(model.vocabulary, song) for song in songs))
    drawn = sampler(model, run.config, first_index, count, progress)
    kept = primes.first if run.config.keep_prime else None
    return [_composition(model, run, drawn, i, kept) for i in range(count)]


def _composition(
    model: Model, run: SampleRun, drawn: Drawn, i: int, kept: Prime | None
) -> Composition:
    """Return sample i of those drawn, after the prime if it is kept, with its facts."""
    ids = drawn.ids[i, : drawn.lengths[i]]
    notes = decode(model.vocabulary, ids, run.config.tempo)
    facts = {name: column[i].item() for name, column in drawn.facts.items()}
    if kept is None:
        notes = _from_start(notes)
    else:
        has_onsets = INTERVAL in model.vocabulary.names
        if run.config.metre is not None:
            notes = _on_bar_line(notes, run.config.metre, float(kept.notes.onset_beats[-1]))
        notes = continued(kept.notes, notes, run.config.tempo, has_onsets=has_onsets)
        facts[PRIME_NOTES] = len(kept.notes)
    return Composition(transposed(notes, run.config.transpose), facts)


def _on_bar_line(notes: Notes, metre: str, last_onset: float) -> Notes:
    """Move the first note to the first bar line after `last_onset` beats, from which beats count.

    Bars count from beat 0: so the bar lines of a sample are those of the prime that it follows.
    """
    bar = float(bar_quarters(metre))
    rest = (math.floor(last_onset / bar) + 1) * bar - last_onset
    begin = _from_start(notes)
    return replace(
        begin, onset_beats=begin.onset_beats + rest, offset_beats=begin.offset_beats + rest
    )


def _from_start(notes: Notes) -> Notes:
    """Drop the rest before the first note, as training data has it."""
    seconds, beats = float(notes.onset_seconds[0]), float(notes.onset_beats[0])
    return replace(
        notes,
        onset_seconds=notes.onset_seconds - seconds,
        offset_seconds=notes.offset_seconds - seconds,
        onset_beats=notes.onset_beats - beats,
        offset_beats=notes.offset_beats - beats,
    )
