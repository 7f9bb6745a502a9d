"""The stages: thin Prefect tasks here; pure code in music, model and storage."""
