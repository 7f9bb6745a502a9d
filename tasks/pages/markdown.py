"""Text that stays text inside Markdown, whatever a corpus calls itself."""

import html
import re

# Signs with which Markdown, its tables or its extensions begin something.
_SIGNS = re.compile(r"([\\`*_\[\]#|~!$])")


def as_text(value: object) -> str:
    """Return `value` on one line, with every sign of Markdown and HTML made harmless."""
    line = " ".join(str(value).split())
    return html.escape(_SIGNS.sub(r"\\\1", line), quote=False)
