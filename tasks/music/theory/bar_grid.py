"""Places in a bar that a rhythm may visit, so that every bar line can be met exactly.

A place is a number of ticks after the bar line. Intervals and durations come from codebooks, so not
every place leads on to the bar line: from some, no intervals add up to what is left of the bar, and
near its end no duration may fit before the bar line.
"""

import numpy as np
from numpy.typing import NDArray


def open_places(
    bar: int, intervals: NDArray[np.int64], shortest_duration: int
) -> NDArray[np.bool_]:
    """Return which places 0..bar, in ticks, a note may begin at: bool [bar + 1].

    From each of them the shortest duration ends by the bar line, and some intervals that visit
    such places only add up to the rest of the bar. `bar` itself is the next bar line. Place 0 is
    not among them if no rhythm of these intervals and durations fits into the bar.
    """
    steps = np.unique(intervals[(intervals > 0) & (intervals <= bar)])
    found = np.zeros(bar + 1, bool)
    found[bar] = True
    for place in range(bar - max(shortest_duration, 1), -1, -1):
        found[place] = found[place + steps[: np.searchsorted(steps, bar - place, "right")]].any()
    return found
