"""Songs that samples continue: found, read in an isolated process, kept in the storage root."""
