"""A storage root: one URI, opened with pyarrow.fs; every write is atomic.

RootPlace: the URI, and how its paths are spelt. RootListing: names, sizes and times of files.
RootReading: bytes, JSON and tables. Root: all of these, and writing, moving, deleting.
"""

from nocturne.tasks.storage.root.writing import COMPRESSION, Root

__all__ = ["COMPRESSION", "Root"]
