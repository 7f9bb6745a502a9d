"""A finished generation run as Markdown, for the Prefect UI."""

from collections.abc import Sequence

from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import GeneratedRun, SampleRun
from nocturne.tasks.pages.markdown import as_text, data_uri
from nocturne.tasks.pages.sampling_settings import settings_of_run

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
    facts = (
        ("Samples", f"{result.samples:,} of {run.config.length_words}"),
        ("Model", f"{card.model_id}, trained on {card.corpus}"),
        ("Seed", str(result.seed)),
        *settings_of_run(run),
        ("Training data", f"{card.attribution or '-'} ({card.licence or 'licence not stated'})"),
    )
    files = {
        "Gallery": result.gallery,
        "MIDI files": result.folder,
        "Manifest": result.manifest,
    }
    rows = [f"| {name} | `{_in_code(path)}` |" for name, path in files.items()]
    rows += [f"| {as_text(name)} | {as_text(value)} |" for name, value in facts]
    rolls = [
        f"![Piano roll of piece {index}]({data_uri(png, 'image/png')})"
        for index, png in enumerate(pictures, start=run.config.first_index)
    ]
    link = [f"**[Listen in the gallery]({address})**", ""] if address else []
    caution = [f"**Caution: {as_text(result.caution)}**", ""] if result.caution else []
    title = f"# {as_text(run.run_id)}"
    return "\n".join([title, "", *caution, *link, "| | |", "|---|---|", *rows, "", *rolls, ""])


def _in_code(path: str) -> str:
    return path.replace("|", "\\|").replace("`", "'").replace("\n", " ")
