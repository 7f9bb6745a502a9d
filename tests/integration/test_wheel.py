"""The wheel holds every file of the package, and works beside a project with the same folders."""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.integration.nocturne import PROJECT, environment
from tests.tasks.corpus.corpora_for_tests import fill, songs

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

ROOMS = ("schemas", "tasks", "flows")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what an image copies, without leftovers of earlier builds."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source)
    for room in ROOMS:
        shutil.copytree(PROJECT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    _pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(source / "dist"), str(source))
    (built,) = (source / "dist").glob("*.whl")
    return built


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def test_every_module_template_and_type_marker_is_in_the_wheel(wheel: Path) -> None:
    expected = {
        f"nocturne/{path.relative_to(PROJECT).as_posix()}"
        for room in ROOMS
        for path in (PROJECT / room).rglob("*")
        if path.suffix in (".py", ".j2")
        or path.name == "py.typed"
        or ("third_party" in path.parts and path.is_file())
    }
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert found == expected


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment, which borrows the libraries of this one."""
    home = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin/python"
    packages = next(home.glob("lib/python*/site-packages"))
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    _pip("--python", str(python), "install", "--no-deps", "--force-reinstall", str(wheel))
    return python


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """Return another project's folder, which has packages called tasks, flows and schemas."""
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("raise SystemExit('the wrong package')")
    return tmp_path


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_imported_from_the_wheel_beside_another_project(
    installed: Path, stranger: Path
) -> None:
    program = "import nocturne.flows.ingest as module; print(module.__file__)"
    place = Path(_output([str(installed), "-c", program], stranger).strip())
    assert place.is_relative_to(installed.parents[1])


def test_the_command_works_beside_another_project(installed: Path, stranger: Path) -> None:
    command = str(installed.with_name("nocturne"))
    assert "ingest" in _output([command, "--help"], stranger)
    fill(stranger / "songs", songs(3))
    assert "Corpus songs" in _output([command, "ingest", "--source", "songs"], stranger)
