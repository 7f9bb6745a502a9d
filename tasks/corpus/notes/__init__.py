"""Note tables of a corpus: extracted from raw shards, checked, published and read."""
