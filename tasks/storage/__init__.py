"""Any storage root through pyarrow.fs: atomic writes, archives, fingerprints. Pure."""
