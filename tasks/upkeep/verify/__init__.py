"""Check every marker, hash and pointer of a storage root, and repair what follows from the rest."""

from nocturne.tasks.upkeep.verify.verify import verify

__all__ = ["verify"]
