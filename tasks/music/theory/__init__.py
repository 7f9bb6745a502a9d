"""Music theory on notes and ids: the key of notes, places in a bar, limits as sets of ids."""
