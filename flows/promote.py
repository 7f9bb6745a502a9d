"""Promote: a person chooses the champion."""

from prefect import flow

from nocturne.schemas.config import PromoteConfig
from nocturne.schemas.model_card import Champion
from nocturne.tasks.promote import promote_by_hand
from nocturne.tasks.recording.facts import facts_line


@flow(name="promote", flow_run_name="{config.action}")
def promote(config: PromoteConfig) -> Champion:
    """Make a model champion, or roll the last promotion back; the history keeps both."""
    with facts_line() as facts:
        return facts.of(promote_by_hand(config))
