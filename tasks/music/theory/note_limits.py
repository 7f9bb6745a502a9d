"""The limits of a config as sets of ids of a vocabulary: what sampling may draw.

Limits hold for what is drawn, as it sounds: pitches are transposed before they are compared. The
notes of a prime that is kept are the prime's own.

Metre: a sample's first note begins on a bar line. No later interval steps over a bar line, so a
note begins on every bar line that a sample reaches, and no note sounds across one. Places in a bar
from which the codebooks' intervals and durations do not lead exactly to the bar line are not
visited (see bar_grid.py): so there always is an interval and a duration that fits. A metre of which
that cannot be said even of the bar line itself is refused.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.config.sampling.temperatures import SHORT, attributes_of
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.sequences import TICKS_PER_QUARTER, Vocabulary
from nocturne.schemas.theory import (
    AS_PRIMED,
    COMMON_KEYS,
    Key,
    bar_quarters,
    key_of,
    pitch_name,
)
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.theory.bar_grid import open_places
from nocturne.tasks.music.theory.key_finding import key_of_notes

LIMITS = ("key", "lowest", "highest", "metre", "transpose")  # fields that limit what is drawn
WITHOUT_NOTES = ("gaussian",)  # random inputs that no notes come before


@dataclass(frozen=True)
class NoteLimits:
    """The limits of a config, for the ids of a vocabulary."""

    vocabulary: Vocabulary
    config: SamplingConfig

    @property
    def as_primed(self) -> bool:
        """Whether each sample keeps to the key of the notes that it continues."""
        return self.config.key == AS_PRIMED

    @property
    def key(self) -> Key | None:
        """The key of all samples, if there is one."""
        return None if self.config.key is None or self.as_primed else key_of(self.config.key)

    @property
    def bar(self) -> int:
        """Ticks of a bar; 0 for a free rhythm."""
        metre = self.config.metre
        return int(bar_quarters(metre) * TICKS_PER_QUARTER) if metre else 0

    @cached_property
    def places(self) -> NDArray[np.bool_]:
        """The places of a bar at which notes may begin: bool [bar + 1]."""
        shortest = int(self.durations.min())
        return open_places(self.bar, self.intervals, shortest)

    @property
    def intervals(self) -> NDArray[np.int64]:
        """The inter-onset interval of each id, in ticks; empty without that attribute."""
        return self._ticks("inter_onset_interval")

    @property
    def durations(self) -> NDArray[np.int64]:
        """The duration of each id, in ticks; empty without that attribute."""
        return self._ticks("duration")

    def pitch_ids(self, key: Key | None) -> NDArray[np.bool_]:
        """Return which ids of the pitch's attribute sound within all limits: bool [ids]."""
        within = np.isin(self._sounding, self.config.pitches)
        if key is None:
            return within
        return within & np.isin(self._sounding % 12, list(key.pitch_classes))

    def key_of_ids(self, ids: NDArray[np.int16]) -> Key:
        """Return the sounding key of notes [N, A]; C major if there are none."""
        notes = decode(self.vocabulary, ids, self.config.tempo)
        return key_of_notes(notes).transposed(self.config.transpose or 0)

    @cached_property
    def _sounding(self) -> NDArray[np.int64]:
        """The pitch at which each id sounds, transposed; beyond MIDI's where it cannot sound."""
        return pitches_of_ids(self.vocabulary) + (self.config.transpose or 0)

    def _ticks(self, name: str) -> NDArray[np.int64]:
        return np.rint(self.vocabulary.codebooks.get(name, ())).astype(np.int64)


def note_limits(vocabulary: Vocabulary, config: SamplingConfig) -> NoteLimits | None:
    """Return the limits that a config asks for; None if it asks for none.

    SamplesError in one line if the vocabulary cannot keep one of them.
    """
    _require_attributes(vocabulary, config)
    if all(getattr(config, name) is None for name in LIMITS):
        return None
    limits = NoteLimits(vocabulary, config)
    _require_pitches(limits)
    if config.metre is not None:
        _require_metre(limits, config.metre)
    return limits


def check_limits(vocabulary: Callable[[], Vocabulary], config: SamplingConfig) -> None:
    """SamplesError unless a model can keep what `config` asks for.

    `vocabulary` reads the model's, which a config without limits does not need.
    """
    asked = any(getattr(config, name) is not None for name in LIMITS)
    if asked or attributes_of(config.temperature):
        note_limits(vocabulary(), config)


def pitches_of_ids(vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Return the MIDI pitch of each id of the attribute that has the pitch, before transposing."""
    if "pitch" in vocabulary.names:
        return np.array(vocabulary.codebooks["pitch"], np.int64)
    ids = np.arange(vocabulary.sizes[0], dtype=np.int16)
    return decode(vocabulary, ids[:, None], 120.0).pitch.astype(np.int64)


def _require_attributes(vocabulary: Vocabulary, config: SamplingConfig) -> None:
    names = [SHORT.get(name, name) for name in vocabulary.names]
    for name in attributes_of(config.temperature):
        if name not in names:
            raise SamplesError(
                f"temperature {config.temperature}: models of the scheme {vocabulary.scheme} have "
                f"no {name} of its own: give one number"
            )


def _require_pitches(limits: NoteLimits) -> None:
    """SamplesError unless each key that may be asked for has a pitch that the model can play."""
    config = limits.config
    if limits.as_primed and config.random_input in WITHOUT_NOTES:
        raise SamplesError(
            f"key {AS_PRIMED}: random input {config.random_input} continues no notes whose key "
            "could be found: name a key, or choose random input primer"
        )
    keys: Iterable[Key | None] = (limits.key,)
    if limits.as_primed:
        keys = map(key_of, COMMON_KEYS)
    if not all(limits.pitch_ids(key).any() for key in keys):
        raise SamplesError(
            f"no pitch that the model can play is within {_asked(config)}: widen the range, or "
            "choose another key or transposition"
        )


def _asked(config: SamplingConfig) -> str:
    """Return the limits of pitch that a config asks for, in words."""
    asked = {name: getattr(config, name) for name in LIMITS if name != "metre"}
    asked |= {n: pitch_name(asked[n]) for n in ("lowest", "highest") if asked[n] is not None}
    return ", ".join(f"{name} {value}" for name, value in asked.items() if value is not None)


def _require_metre(limits: NoteLimits, metre: str) -> None:
    if not len(limits.intervals):
        raise SamplesError(
            f"metre {metre}: models of the scheme {limits.vocabulary.scheme} have no rhythm to "
            "keep to a metre: leave it empty, or use a model of the scheme factored"
        )
    if not limits.places[0]:
        raise SamplesError(
            f"metre {metre}: no intervals and durations of this model fill a bar exactly: choose "
            "another metre, or leave it empty"
        )
