"""The scripts of a gallery page, and the policy under which a browser runs them and no others."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from matplotlib.colors import to_hex

from nocturne.tasks.pages.charts import piano_roll
from nocturne.tasks.pages.charts.roll_marks import LABEL
from nocturne.tasks.pages.environment import render

PARTS = (
    "data",
    "rolls",
    "synth",
    "player",
    "playlist",
    "keys",
    "midi",
    "zip",
    "controls",
    "favourites",
    "listening",
)
EARLY = 'document.documentElement.classList.add("scripted");'
SYNTHESISER = Path(__file__).parents[1] / (
    "third_party/webaudio-tinysynth/webaudio-tinysynth.min.js"
)
SHADES = 24  # steps of velocity


class Scripts(NamedTuple):
    """The scripts of a page: `early` runs before the page is drawn; and its policy."""

    early: str
    synthesiser: str
    main: str
    policy: str


@cache
def scripts() -> Scripts:
    """Return the scripts, the same for every page, and the content security policy of the page."""
    texts = (EARLY, SYNTHESISER.read_text(), "".join(_part(name) for name in PARTS))
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in texts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src 'self' data:; media-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'"
    )
    return Scripts(*texts, policy)


def _part(name: str) -> str:
    shades = [to_hex(piano_roll.SHADES(step / (SHADES - 1))) for step in range(SHADES)]
    return render(
        f"gallery/{name}.js.j2",
        axes={
            "left": piano_roll.AXES_LEFT,
            "width": piano_roll.AXES_WIDTH,
            "bottom": piano_roll.AXES_BOTTOM,
            "height": piano_roll.AXES_HEIGHT,
        },
        colours={
            "background": piano_roll.BACKGROUND,
            "blackKey": piano_roll.BLACK_KEY_ROW,
            "bar": piano_roll.GRID_BAR,
            "octave": piano_roll.GRID_OCTAVE,
            "label": LABEL,
            "shades": shades,
        },
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
