"""A corpus in a storage root: raw shards, note tables and sequences, written and read back."""
