"""Manifest columns of facts that are known of a piece when it is drawn, beside its notes.

They are null in manifests of versions that did not know them.
"""

import pyarrow as pa

PRIME_NOTES = "prime_notes"

# Of samples that are chosen among several, each 0 to 1, the larger the better.
SCORES = ("likelihood", "structure", "originality", "difference")
SCORE = "choice_score"  # their mean
CANDIDATE, REDRAWN, FAULT = "candidate", "redrawn", "fault"

PIECE_FACTS: tuple[pa.Field, ...] = (
    # What the limits of key, range and metre cost: -log2 of the probability that the model gave to
    # all that they allow, at temperature 1, in bits per note; null where there were none.
    pa.field("constraint_bits", pa.float64()),
    # The key that the piece keeps to, as it sounds; null where none was asked for.
    pa.field("sounding_key", pa.string()),
    pa.field("ended", pa.bool_()),  # by the model, and not cut off at the length asked for
    pa.field(PRIME_NOTES, pa.int64()),  # notes at its beginning that are the prime's; null: none
    pa.field(CANDIDATE, pa.int64()),  # number of the draw that was kept, from 0
    pa.field(REDRAWN, pa.int64()),  # further draws, as the first had a fault
    pa.field(FAULT, pa.string()),  # of the draw that was kept: none, degenerate or copied
    pa.field(SCORE, pa.float64()),
    *(pa.field(f"choice_{name}", pa.float64()) for name in SCORES),
)
