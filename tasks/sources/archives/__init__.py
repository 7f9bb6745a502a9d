"""Tar and zip archives: their members as source files, within limits."""
