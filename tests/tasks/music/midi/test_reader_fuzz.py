"""Generated tracks against pretty_midi and a plain reader: the same notes, or a known class.

Running status over meta and SysEx events, meta events of any length, SysEx events in one piece,
in packets and as escapes, notes struck again, notes without a length. Known classes:

* more note-ons than note-offs: pretty_midi lets one note-off end several notes, symusic pairs;
* running status after a SysEx event, meta events of a wrong length, escaped bytes above 127:
  mido, which pretty_midi reads with, fails on them or misreads them; we are held to the plain
  reader alone.
"""

import random
from collections import Counter

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extracted, Rejected, extract
from tests.tasks.music.plain_reader import Note, notes_of_track
from tests.tasks.music.smf import Event, off, on, smf

TRACKS = 1500
CLASSES = ("unpaired", "running after SysEx", "wrong length", "high escape")


class Generator:
    """One random track, and the classes that it is of."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.events: list[Event] = []
        self.classes: set[str] = set()
        self.status: int | None = None
        self.after_sysex = False

    def delta(self) -> int:
        return self.rng.choice((0, 0, 1, 10, 120, 300, 20_000))

    def message(self, delta: int, message: list[int]) -> None:
        """Add a channel message, with running status where that is possible and chance wills."""
        repeats = self.status == message[0] and self.rng.random() < 0.7
        if repeats and self.after_sysex:
            self.classes.add("running after SysEx")
        self.events.append((delta, message[1:] if repeats else message))
        self.status, self.after_sysex = message[0], False

    def meta(self) -> None:
        kind, right = self.rng.choice(((1, None), (5, None), (0x51, 3), (0x58, 4), (0x59, 2)))
        data = [7, 161, 32, 8][: right or self.rng.choice((0, 4))]
        if kind == 0x59:
            data = [0, 0]
        if right and self.rng.random() < 0.1:
            data = [data[0]] * self.rng.choice((0, 1, right + 3))
            self.classes.add("wrong length")
        self.events.append((self.delta(), [0xFF, kind, len(data), *data]))

    def sysex(self) -> None:
        body = [self.rng.randrange(128) for _ in range(self.rng.randrange(5))]
        form = self.rng.randrange(3)
        if form == 0:
            self.events.append((self.delta(), [0xF0, len(body) + 1, *body, 0xF7]))
        elif form == 1:
            self.events.append((self.delta(), [0xF0, len(body), *body]))
            self.events.append((self.delta(), [0xF7, len(body) + 1, *body, 0xF7]))
        else:
            if self.rng.random() < 0.2:
                body = [0xF8]
                self.classes.add("high escape")
            self.events.append((self.delta(), [0xF7, len(body), *body]))
        self.after_sysex = True

    def note(self) -> None:
        pitch, velocity = self.rng.choice((60, 62, 64)), self.rng.randrange(1, 128)
        self.message(self.delta(), on(pitch, velocity))
        if self.rng.random() < 0.3:
            self.message(self.rng.choice((0, 0, 5)), on(pitch, velocity))
            if self.rng.random() < 0.1:
                self.classes.add("unpaired")
            else:
                self.message(self.rng.choice((0, 5)), self.release(pitch))
        self.between()
        self.message(self.delta(), self.release(pitch))

    def release(self, pitch: int) -> list[int]:
        return off(pitch) if self.rng.random() < 0.5 else on(pitch, 0)

    def between(self) -> None:
        for _ in range(self.rng.choice((0, 0, 0, 1, 2))):
            self.rng.choice((self.meta, self.meta, self.sysex))()

    def track(self) -> list[Event]:
        for _ in range(self.rng.randrange(1, 12)):
            self.between()
            self.note()
        return self.events


def notes_of(result: Extracted) -> list[Note]:
    notes = result.notes
    ticks = [(beats * 480).round().astype(int) for beats in (notes.onset_beats, notes.offset_beats)]
    columns = (*ticks, notes.pitch, notes.velocity)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_generated_tracks_give_the_notes_of_a_plain_reader_and_of_pretty_midi() -> None:
    seen: Counter[str] = Counter()
    for seed in range(TRACKS):
        generator = Generator(seed)
        content = smf(generator.track())
        expected, result = notes_of_track(content[22:]), extract(content)
        classes = generator.classes
        seen.update(classes or {"plain"})
        if "unpaired" not in classes:
            got = notes_of(result) if isinstance(result, Extracted) else []
            assert got == expected, (seed, classes)
        if not classes:
            reference = extract(content, "pretty_midi")
            if isinstance(reference, Rejected) and isinstance(result, Rejected):
                assert result.reason == reference.reason == Reason.NO_NOTES
            else:
                assert isinstance(reference, Extracted)
                assert isinstance(result, Extracted)
                assert result.digest == reference.digest, seed
    assert all(seen[name] > 20 for name in CLASSES)
    assert seen["plain"] > TRACKS / 3
