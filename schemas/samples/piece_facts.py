"""Manifest columns of facts that are known of a piece when it is drawn, beside its notes.

They are null in manifests of versions that did not know them.
"""

import pyarrow as pa

PRIME_NOTES = "prime_notes"

PIECE_FACTS: tuple[pa.Field, ...] = (
    pa.field(PRIME_NOTES, pa.int64()),  # notes at its beginning that are the prime's; null: none
)
