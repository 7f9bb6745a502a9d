"""The history of a root: one record for each retrain run, and how far its corpus moved."""
