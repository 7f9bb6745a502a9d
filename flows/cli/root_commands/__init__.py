"""Commands on a storage root that need no flow and no Prefect server."""

from nocturne.flows.cli.root_commands import changes, favourites, listings, midi_files

__all__ = ["changes", "favourites", "listings", "midi_files"]
