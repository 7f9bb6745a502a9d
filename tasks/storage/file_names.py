"""File names from any source, made readable on one line."""

import unicodedata

MOST_CHARACTERS = 300
HIDDEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}  # categories: control signs, surrogates, breaks
TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(name: str) -> str:
    """Return `name` on one line, with invisible and text-turning characters as escapes.

    A byte that was not UTF-8, which Python keeps as a surrogate, becomes `\\xNN`. The middle of a
    very long name is left out.
    """
    text = one_line(name)
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]} ... {text[-half:]}"


def one_line(text: str) -> str:
    """Return `text` with the signs as escapes that cannot be printed on one line."""
    return text if text.isprintable() else "".join(_escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(sign) in HIDDEN or sign in TURNING:
        return sign.encode("unicode_escape", "surrogatepass").decode()
    return sign
