"""What an ingest keeps of the corpus that is published: unread files, raw rows, extracted songs."""
