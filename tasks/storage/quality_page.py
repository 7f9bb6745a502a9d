"""The data-quality report as a page that opens from disk, with its pictures inside."""

import base64
import html
import io
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.figure import Figure

from schemas.manifest import NoteDataset

PICTURES = {  # distribution: what its horizontal axis shows
    "reason": "files, by why they were not accepted",
    "notes per song": "notes (bins double)",
    "seconds per song": "seconds (last bin: all longer)",
    "tempo": "quarters a minute at the start (last bin: all faster)",
    "pitch": "MIDI pitch of all notes",
    "program": "General MIDI program (0-127) of the kept instrument",
    "songs per family": "songs in one near-duplicate family (bins double)",
}
SHOWN = 24  # bars at most of a distribution without an order
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 1rem }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .8rem; text-align: left }}
td + td {{ text-align: right }} tr:nth-child(odd) {{ background: #f3f3f3 }}
figure {{ margin: 1.5rem 0 }} img {{ max-width: 100% }}
</style></head><body>
<h1>{title}</h1>
<table>{rows}</table>
{skipped}
{figures}
</body></html>
"""


def figures_of(dataset: NoteDataset) -> dict[str, str]:
    """Return the corpus's figures, by what they are."""
    counts = dataset.counts
    return {
        "files in": f"{counts.inputs:,}",
        "accepted": f"{counts.accepted:,}",
        "quarantined": f"{counts.quarantined:,}",
        "duplicates": f"{counts.duplicate:,}",
        "skipped, unreadable in the source": f"{dataset.skipped:,}" if dataset.skipped else "",
        "notes": f"{dataset.notes:,}",
        "near-duplicate families": f"{dataset.families:,}",
        "source": dataset.source,
        "licence": dataset.licence,
        "attribution": dataset.attribution,
    }


def quality_page(corpus: str, dataset: NoteDataset, quality: pa.Table) -> str:
    """Return the whole page as HTML; `quality` as quality_table gives it."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
        for name, value in figures_of(dataset).items()
        if value
    )
    pictures = "".join(_figure(quality, name) for name in PICTURES)
    title = html.escape(f"Data quality of {corpus}")
    return PAGE.format(title=title, rows=rows, skipped=_skipped(quality), figures=pictures)


def _skipped(quality: pa.Table) -> str:
    """Return the list of files that the source could not give, if there are any."""
    names = _labels(quality, "skipped")
    items = "".join(f"<li>{html.escape(name)}</li>" for name in names)
    return f"<h2>skipped files</h2><ul>{items}</ul>" if names else ""


def _labels(quality: pa.Table, name: str) -> list[str]:
    rows = quality.filter(pc.equal(quality["distribution"], name))
    labels: list[str] = rows["label"].to_pylist()
    return labels


def quality_markdown(corpus: str, dataset: NoteDataset, quality: pa.Table, page: str) -> str:
    """Return the figures and reasons as Markdown, with where the page is."""
    reasons = quality.filter(pc.equal(quality["distribution"], "reason")).to_pylist()
    lines = [f"# Data quality of {corpus}", "", "| what | how many |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in figures_of(dataset).items() if value]
    lines += [f"| not accepted: {row['label']} | {row['count']:,} |" for row in reasons]
    names = [name.replace("`", "'") for name in _labels(quality, "skipped")[:SHOWN]]
    lines += ["", *(f"- skipped `{name}`" for name in names)]
    return "\n".join([*lines, "", f"Pictures: `{page}`", ""])


def _figure(quality: pa.Table, name: str) -> str:
    bars = quality.filter(pc.equal(quality["distribution"], name)).to_pylist()
    if not any(bar["count"] for bar in bars):
        return ""
    picture = base64.b64encode(_png(name, bars)).decode()
    alt = html.escape(name)
    source = f"data:image/png;base64,{picture}"
    return f'<figure><h2>{alt}</h2><img alt="{alt}" src="{source}"></figure>\n'


def _png(name: str, bars: list[dict[str, Any]]) -> bytes:
    ordered = bars[0]["low"] is not None
    filled = [at for at, bar in enumerate(bars) if bar["count"]]
    bars = bars[filled[0] : filled[-1] + 1] if ordered else bars[:SHOWN]
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.bar(range(len(bars)), [bar["count"] for bar in bars], color="#3566a8", width=0.9)
    step = max(1, len(bars) // 12) if ordered else 1
    labels = [f"{bar['low']:,.0f}" if ordered else bar["label"] for bar in bars[::step]]
    turned = name == "reason"
    axes.set_xticks(range(0, len(bars), step), labels, rotation=30 if turned else 0, ha="center")
    axes.set_xlabel(PICTURES[name])
    axes.set_ylabel("notes" if name == "pitch" else "files" if name == "reason" else "songs")
    axes.spines[["top", "right"]].set_visible(False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return stream.getvalue()
