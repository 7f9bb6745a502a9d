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
    pa.field(PRIME_NOTES, pa.int64()),  # notes at its beginning that are the prime's; null: none
    pa.field(CANDIDATE, pa.int64()),  # number of the draw that was kept, from 0
    pa.field(REDRAWN, pa.int64()),  # further draws, as the first had a fault
    pa.field(FAULT, pa.string()),  # of the draw that was kept: none, degenerate or copied
    pa.field(SCORE, pa.float64()),
    *(pa.field(f"choice_{name}", pa.float64()) for name in SCORES),
)
