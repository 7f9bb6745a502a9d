"""What the groups of sampling fields share."""

from nocturne.schemas.config.changes import Changes

SAMPLES = Changes("samples")
