"""Imports go one way, schemas <- tasks <- flows <- deploy, and Prefect stays out of pure code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
ROOMS = ("schemas", "tasks", "flows", "deploy")  # each may import those before it, and itself
SCHEMAS = sorted((PROJECT / "schemas").rglob("*.py"))
MODULES = sorted(path for room in ROOMS for path in (PROJECT / room).rglob("*.py"))
PURE = [
    path
    for path in MODULES
    if path.parent.name != "tasks" and path.is_relative_to(PROJECT / "tasks")
]


def _imported(path: Path) -> set[str]:
    """Return the dotted names that the module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


def _tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imported(path)}


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_one_way(path: Path) -> None:
    room = path.relative_to(PROJECT).parts[0]
    later = set(ROOMS[ROOMS.index(room) + 1 :])
    assert not _tops(path) & later


@pytest.mark.parametrize("path", [*PURE, *SCHEMAS], ids=_name)
def test_pure_code_imports_no_prefect(path: Path) -> None:
    assert "prefect" not in _tops(path)


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_schemas_import_no_tensorflow(path: Path) -> None:
    assert not _tops(path) & {"tensorflow", "keras"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_wires_or_computes(path: Path) -> None:
    tops = _tops(path)
    assert "prefect" not in tops or not tops & {"numpy", "tensorflow", "pretty_midi", "symusic"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_function_is_longer_than_fifty_lines(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 50, f"{path.name}: {node.name}"


def test_help_needs_neither_prefect_nor_tensorflow() -> None:
    code = (
        "import sys, flows.cli\n"
        "assert not {'prefect', 'tensorflow', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
