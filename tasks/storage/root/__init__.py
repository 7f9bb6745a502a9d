"""A storage root: one URI, opened with pyarrow.fs; every write is atomic.

RootPlace    the URI, and how its paths are spelt
RootListing  what is there: names, sizes, times
RootReading  bytes, JSON and tables
Root         the above, and writing, moving, deleting: what the rest of the code uses
"""

from nocturne.tasks.storage.root.writing import COMPRESSION, Root

__all__ = ["COMPRESSION", "Root"]
