"""Promote: a person chooses the champion."""

from prefect import flow

from nocturne.schemas.config import PromoteConfig
from nocturne.schemas.model_card import Champion
from nocturne.tasks.promote import promote_by_hand


@flow(name="promote", flow_run_name="{config.action}")
def promote(config: PromoteConfig) -> Champion:
    """Make a model champion, or roll the last promotion back; the history keeps both."""
    return promote_by_hand(config)
