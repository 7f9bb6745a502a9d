"""Notes to category ids and back: `fit`, `encode` and `decode` for every scheme."""

from nocturne.tasks.music.categories.scheme import (
    canonical,
    check_ids,
    decode,
    encode,
    encode_song,
    fit,
    without_leading_silence,
)

__all__ = [
    "canonical",
    "check_ids",
    "decode",
    "encode",
    "encode_song",
    "fit",
    "without_leading_silence",
]
