"""The catalog of a storage root: every path is spelt in it, and everything written stands in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage import layout
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import fill, ingest, prepare, report, songs
from tests.tasks.model.tiny_models import add_model
from tests.tasks.samples.runs_for_tests import write_run

PROJECT = Path(__file__).parents[3]
FOLDERS = "|".join(
    re.escape(name)
    for name in (*layout.CORPUS_KINDS, layout.DOWNLOADS, layout.MODELS, layout.SAMPLES)
)
LITERAL_PATH = re.compile(
    rf"^({FOLDERS})/"  # notes/tunes
    rf"|^(\.\./)+({FOLDERS})\b"  # ../models
    r"|^[\w./-]*\.(json|parquet|safetensors|html|lock)$"  # card.json
    r"|^\.cache\b"
)
NO_FILES_OF_A_ROOT = {  # suffixes on their own, and other files
    ".json",
    ".html",
    ".parquet",
    ".part.json",
    "application/vnd.apache.parquet",
}
TAKES_A_PATH = (  # names of functions whose string arguments are paths in a root
    {name for name in vars(Root) if not name.startswith("_")} | {"scratch", "newest"}
) - {"open", "write_bytes"}


def _strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the strings of a module that are no docstrings."""
    scopes = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, scopes) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_string and id(node) not in docstrings:
            yield node


def _path_arguments(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the strings that are passed to a function that takes a path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in TAKES_A_PATH:
                yield from (
                    argument
                    for argument in node.args
                    if isinstance(argument, ast.Constant) and argument.value in FOLDERS.split("|")
                )


def test_no_path_of_a_root_is_spelt_outside_the_layout() -> None:
    spelt = []
    modules = [*(PROJECT / "tasks").rglob("*.py"), *(PROJECT / "flows").rglob("*.py")]
    for path in modules:
        if path == PROJECT / "tasks/storage/layout.py":
            continue
        tree = ast.parse(path.read_text())
        literals = [node for node in _strings(tree) if LITERAL_PATH.search(str(node.value))]
        for node in [*literals, *_path_arguments(tree)]:
            if node.value not in NO_FILES_OF_A_ROOT:
                spelt.append(f"{path.relative_to(PROJECT)}:{node.lineno}: {node.value}")
    assert len(modules) > 150
    assert not spelt


def _rows_of_the_catalog() -> list[re.Pattern[str]]:
    """Return the paths in the layout's docstring as patterns."""
    rows = re.findall(r"^    ([\w.{][^ ]*[/.][^ ]*)  ", layout.__doc__ or "", re.MULTILINE)
    patterns = []
    for row in rows:
        pattern = re.escape(row).replace("NNNNN", r"\d{5,}").replace("page\\-N", r"page-\d+")
        pattern = re.sub(r"<\w+>", "[^/]+", pattern)
        pattern = re.sub(r"\\{(.*?)\\}", lambda m: f"({m[1].replace(',', '|')})", pattern)
        patterns.append(re.compile(pattern + (".*" if row.endswith("/") else "")))
    return patterns


def test_every_file_that_the_stages_write_stands_in_the_catalog(
    tmp_path: Path, workers: Workers
) -> None:
    root = Root.open(str(tmp_path / "root"))
    folder = fill(tmp_path / "midi", songs(12))
    config = IngestConfig(source=str(folder), corpus="tunes", root=root.base, shard_files=5)
    dataset, _ = ingest(root, config, workers)
    report(root, "tunes", dataset)
    prepare(root, PrepareConfig(corpus="tunes", root=root.base, min_song_notes=2))
    card = add_model(root, "tunes-small-0")
    promote(root, card.model_id, "to have a champion")
    write_run(root, 2)
    write_index_pages(root)
    catalog = _rows_of_the_catalog()
    files = root.files("", recursive=True)
    assert len(catalog) > 20
    assert len(files) > 25
    assert [path for path in files if not any(row.fullmatch(path) for row in catalog)] == []
