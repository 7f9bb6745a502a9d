"""Index pages of a storage root: generation runs, models, corpora."""
