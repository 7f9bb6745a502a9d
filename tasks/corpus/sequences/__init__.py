"""Category sequences of a corpus: encoded from its notes, published and read."""
