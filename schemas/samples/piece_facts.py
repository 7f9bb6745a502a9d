"""Manifest columns of facts that are known of a piece when it is drawn, beside its notes.

They are null in manifests of versions that did not know them.
"""

import pyarrow as pa

PRIME_NOTES = "prime_notes"

PIECE_FACTS: tuple[pa.Field, ...] = (
    # What the limits of key, range and metre cost: -log2 of the probability that the model gave to
    # all that they allow, at temperature 1, in bits per note; null where there were none.
    pa.field("constraint_bits", pa.float64()),
    # The key that the piece keeps to, as it sounds; null where none was asked for.
    pa.field("sounding_key", pa.string()),
    pa.field(PRIME_NOTES, pa.int64()),  # notes at its beginning that are the prime's; null: none
)
