"""Two models side by side on the terminal, and where their page is."""

from nocturne.flows.cli.console import Console
from nocturne.schemas.config import CorpusConfig
from nocturne.tasks.pages.comparison.page import Comparison, compare_models, write_comparison
from nocturne.tasks.pages.comparison.rows import Row
from nocturne.tasks.storage.root import Root


def show_comparison(console: Console, place: CorpusConfig, first: str, second: str) -> None:
    """Print two models side by side and write their page; ModelError if they do not compare."""
    root = Root.open(place.root, create=False)
    comparison = compare_models(root, first, second, place.corpus)
    page = root.display_path(write_comparison(root, comparison))
    if console.json:
        console.document({"comparison": comparison, "page": page})
        return
    print_comparison(console, comparison)
    console.out.print(f"\npage  {page}", markup=False)


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print every part of a comparison as a table."""
    console.out.print(comparison.summary, style="bold", markup=False)
    if comparison.caution:
        console.out.print(f"Caution: {comparison.caution}", style="bold yellow", markup=False)
    parts = {
        "figures": comparison.figures,
        "corpus": comparison.corpora,
        "settings that differ": comparison.settings,
        "how they were made": comparison.facts,
    }
    for title, rows in parts.items():
        if rows:
            _table(console, (title, comparison.first, comparison.second), rows)
    if comparison.divergences:
        console.out.print()
        console.table(("corpora apart, bits", ""), comparison.divergences)


def _table(console: Console, head: tuple[str, str, str], rows: tuple[Row, ...]) -> None:
    console.out.print()
    change = "change" if any(row.change for row in rows) else ""
    console.table((*head, change), rows)
