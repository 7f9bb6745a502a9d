"""Notes to category ids and back: `fit`, `encode` and `decode` for every scheme.

A scheme is one module of this folder with a SCHEME, and its name in `SchemeName`
(schemas/config/base.py), as the module is called with `-` for `_`.
"""

from nocturne.tasks.music.categories.coding import (
    SCHEMES,
    check_ids,
    decode,
    encode,
    encode_song,
    fit,
    fit_counted,
    measure,
)
from nocturne.tasks.music.categories.one_hot import from_one_hot, one_hot
from nocturne.tasks.music.categories.scheme import Scheme, without_leading_silence

__all__ = [
    "SCHEMES",
    "Scheme",
    "check_ids",
    "decode",
    "encode",
    "encode_song",
    "fit",
    "fit_counted",
    "from_one_hot",
    "measure",
    "one_hot",
    "without_leading_silence",
]
