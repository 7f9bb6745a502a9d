"""The data-quality page of a corpus."""
