"""The house: packages, sizes of rooms and functions, and what an import costs.

Which room may import which is in pyproject.toml and checked by `make check`.
"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
ROOMS = ("schemas", "tasks", "flows", "deploy")
MODULES = sorted(path for room in ROOMS for path in (PROJECT / room).rglob("*.py"))
MOST_LINES = 50  # of a function
MOST_MODULES = 15  # of a folder


def test_no_function_is_longer_than_fifty_lines() -> None:
    functions = [
        (path, node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [
        f"{path.relative_to(PROJECT)}: {node.name}"
        for path, node in functions
        if (node.end_lineno or 0) - node.lineno >= MOST_LINES
    ]
    assert len(functions) > 1000
    assert not long


def test_no_folder_has_more_than_fifteen_modules() -> None:
    folders = {path.parent for path in MODULES}
    counts = {str(folder): len(list(folder.glob("*.py"))) for folder in folders}
    assert {name: count for name, count in counts.items() if count > MOST_MODULES} == {}


def test_every_folder_of_modules_is_a_package_that_is_installed() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    folders = {path.parent.relative_to(PROJECT) for path in MODULES}
    expected = {".".join(("nocturne", *one.parts)) for one in folders if one.parts[0] != "deploy"}
    assert set(project["tool"]["setuptools"]["packages"]) == expected
    assert all((PROJECT / folder / "__init__.py").is_file() for folder in folders)


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("nocturne.flows.cli.commands", {"prefect", "tensorflow", "matplotlib"}),
        ("nocturne.tasks.music", {"prefect", "tensorflow", "keras"}),
        ("nocturne.tasks.music.midi.extract_many", {"prefect", "tensorflow", "pyarrow"}),
    ],
)
def test_an_import_does_not_bring_what_it_does_not_need(imported: str, absent: set[str]) -> None:
    code = f"import sys, {imported}\nassert not {absent!r} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT / "docs")
