"""Models in a storage root: folders, ids, cards, champions."""
