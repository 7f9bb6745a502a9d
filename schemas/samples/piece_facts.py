"""Manifest columns of facts that are known of a piece when it is drawn, beside its notes.

They are null in manifests of versions that did not know them.
"""

import pyarrow as pa

PIECE_FACTS: tuple[pa.Field, ...] = (
    pa.field("ended", pa.bool_()),  # by the model, and not cut off at the length asked for
)
