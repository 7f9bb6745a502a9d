"""A finished run told in Markdown, for the Prefect UI."""

import base64
from collections.abc import Sequence

from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import GeneratedRun, SampleRun
from nocturne.tasks.pages.gallery import instrument_name

SHOWN_PIECES = 3


def run_markdown(
    run: SampleRun,
    card: ModelCard,
    result: GeneratedRun,
    pictures: Sequence[bytes],
    address: str | None = None,
) -> str:
    """Return Markdown with where the music is, how it was made and a few piano rolls (PNG).

    `address` is where a browser finds the gallery, if it is served.
    """
    config = run.config
    facts = (
        ("Gallery", f"`{result.gallery}`"),
        ("MIDI files", f"`{result.folder}`"),
        ("Manifest", f"`{result.manifest}`"),
        ("Model", f"{card.model_id}, trained on {card.corpus}"),
        ("Samples", f"{result.samples:,} of {config.notes:,} notes"),
        ("Random input", f"{config.random_input}, seed {config.seed}"),
        ("Temperature, top-p", f"{config.temperature:g}, {config.top_p:g}"),
        ("Tempo, instrument", f"{config.tempo:g} BPM, {instrument_name(run.program)}"),
        ("Training data", f"{card.attribution or '-'} ({card.licence or 'licence not stated'})"),
    )
    rows = [f"| {name} | {_cell(value)} |" for name, value in facts]
    rolls = [
        f"![Piano roll of piece {index}](data:image/png;base64,{base64.b64encode(png).decode()})"
        for index, png in enumerate(pictures)
    ]
    door = [f"**[Listen in the gallery]({address})**", ""] if address else []
    caution = [f"**Caution: {_cell(result.caution)}**", ""] if result.caution else []
    return "\n".join(
        [f"# {run.run_id}", "", *caution, *door, "| | |", "|---|---|", *rows, "", *rolls, ""]
    )


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
