"""The instrument of a song that is kept: the one with most notes, drums aside."""

from collections.abc import Sequence

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.score import TickNotes, Track, UnreadableError


def main_instrument(tracks: Sequence[Track]) -> tuple[Track, TickNotes]:
    """Return the non-drum instrument with most notes, and its notes; the first of equals.

    Notes without a length do not count. A track's `count` may include them, so tracks are loaded,
    the largest first, until no remaining track can have more notes than the best.
    Raises UnreadableError if there are no notes, or notes of drums only.
    """
    melodic = [track for track in tracks if not track.is_drum]
    best, most = -1, TickNotes.none()
    for place in sorted(range(len(melodic)), key=lambda place: -melodic[place].count):
        if melodic[place].count < max(len(most), 1):
            break
        notes = melodic[place].load()
        if len(notes) > len(most) or (len(notes) == len(most) > 0 and place < best):
            best, most = place, notes
    if best >= 0:
        return melodic[best], most
    if any(track.is_drum and len(track.load()) for track in tracks):
        raise UnreadableError(Reason.ONLY_DRUMS)
    raise UnreadableError(Reason.NO_NOTES, "no note has a length" if melodic else "")
