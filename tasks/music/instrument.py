"""Which instrument of a song is kept: the source project's rule, mended."""

from collections.abc import Sequence

from schemas.reasons import Reason
from tasks.music.score import Track, UnreadableError


def main_instrument(tracks: Sequence[Track]) -> Track:
    """Return the non-drum instrument with most notes; ties go to the first.

    Raises UnreadableError when nothing sounds or only drums do.
    """
    sounding = [track for track in tracks if track.count]
    if not sounding:
        raise UnreadableError(Reason.NO_NOTES)
    melodic = [track for track in sounding if not track.is_drum]
    if not melodic:
        raise UnreadableError(Reason.ONLY_DRUMS)
    return max(melodic, key=lambda track: track.count)
