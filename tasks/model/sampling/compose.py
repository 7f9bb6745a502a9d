"""Draw pieces of music from a model: the ids that it samples, as notes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError, SamplesError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.samples import SampleRun
from nocturne.schemas.theory import PITCHES
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.music.notes import Notes

# sample.sample, or another of its signature: (model, config, first_index, count, progress).
Sampler = Callable[[Model, SamplingConfig, int, int, Progress], Drawn]


def compose_batch(
    model: Model,
    sampler: Sampler,
    run: SampleRun,
    first_index: int,
    count: int,
    progress: Progress = silent,
) -> list[Composition]:
    """Return the pieces first_index .. first_index + count - 1 of `run`, each starting at 0.

    ModelError if the model has another vocabulary than the run was planned with.
    """
    if not model.vocabulary.is_called(run.vocabulary_id):
        found = model.vocabulary.vocabulary_id
        raise ModelError(
            f"model {run.model_id} has vocabulary {found}, but its card says {run.vocabulary_id}: "
            "the folder is mixed up; train the model again"
        )
    drawn = sampler(model, run.config, first_index, count, progress)
    return [_composition(model, run, drawn, i) for i in range(count)]


def _composition(model: Model, run: SampleRun, drawn: Drawn, i: int) -> Composition:
    """Return sample i of those drawn, with its facts as Python values."""
    ids = drawn.ids[i, : drawn.lengths[i]]
    notes = _from_start(decode(model.vocabulary, ids, run.config.tempo))
    notes = _transposed(notes, run.config.transpose or 0)
    return Composition(notes, {name: column[i].item() for name, column in drawn.facts.items()})


def _transposed(notes: Notes, semitones: int) -> Notes:
    """Return the notes so much higher; SamplesError if one would lie outside of MIDI's pitches."""
    pitch = notes.pitch.astype(np.int64) + semitones
    if pitch.min() < 0 or pitch.max() >= PITCHES:
        raise SamplesError(
            f"transpose {semitones}: notes from {pitch.min()} to {pitch.max()} would lie outside "
            "of MIDI's pitches 0 to 127: transpose by less"
        )
    return replace(notes, pitch=pitch.astype(np.uint8))


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
