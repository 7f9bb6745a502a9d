"""What Markdown can hold: text without Markdown's own signs, and files as addresses."""

import html
import re
from base64 import b64encode

# Signs that Markdown, its tables or its extensions give a meaning.
_SIGNS = re.compile(r"([\\`*_\[\]#|~!$])")


def as_text(value: object) -> str:
    """Return `value` on one line, with every sign of Markdown and HTML escaped."""
    line = " ".join(str(value).split())
    return html.escape(_SIGNS.sub(r"\\\1", line), quote=False)


def data_uri(content: bytes, media_type: str) -> str:
    """Return an address that holds a whole file."""
    return f"data:{media_type};base64,{b64encode(content).decode()}"
