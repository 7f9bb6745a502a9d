"""Memory of a training step: what was measured, what is free, and what is said."""

from pathlib import Path

import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.config.train import Executor
from nocturne.schemas.errors import ResourceError
from nocturne.schemas.network_shape import PRESETS, PresetName
from nocturne.tasks.model.training import memory_estimate
from nocturne.tasks.model.training.memory_estimate import (
    MIB,
    free_bytes,
    require_memory,
    step_bytes,
)

MEASURED_MIB = [  # growth of the process in one step: preset, batch, executor, MiB
    ("small", 32, "xla", 787),
    ("small", 128, "xla", 1336),
    ("small", 384, "xla", 2780),
    ("small", 4096, "xla", 23_000),
    ("small", 32, "keras", 949),
    ("small", 192, "keras", 1843),
    ("medium", 32, "xla", 888),
    ("medium", 160, "xla", 2306),
    ("seed", 32, "xla", 1082),
    ("seed", 96, "xla", 2171),
    ("seed", 32, "keras", 7861),
]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 8 GiB, half of them free, whose files lie in a folder."""
    monkeypatch.setattr(memory_estimate, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory_estimate, "OWN_CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr(memory_estimate, "CGROUPS", tmp_path / "groups")
    total = "MemTotal:  8388608 kB\nMemAvailable:  3145728 kB\nSwapFree:  1048576 kB\n"
    (tmp_path / "meminfo").write_text(total)
    return tmp_path


def limit(folder: Path, most: str, used: int, version: int) -> None:
    names = ("memory.max", "memory.current", "inactive_file")
    if version == 1:
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{most}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {100 * MIB}\n")


@pytest.mark.parametrize(("preset", "batch", "executor", "mib"), MEASURED_MIB)
def test_the_estimate_is_a_little_above_what_was_measured(
    preset: PresetName, batch: int, executor: Executor, mib: int
) -> None:
    config = TrainConfig(preset=preset, batch=batch, executor=executor)
    estimate = step_bytes(config, PRESETS[preset]) / MIB
    assert mib < estimate < 1.35 * mib + 30


def test_the_machines_free_memory_and_swap_count(machine: Path) -> None:
    assert free_bytes() == 4 * 2**30


@pytest.mark.parametrize(("version", "controllers"), [(2, "0::"), (1, "3:cpu:/x\n9:memory:")])
@pytest.mark.parametrize("where", ["", "a", "a/b", "elsewhere"])
def test_the_tightest_cgroup_counts(
    machine: Path, version: int, controllers: str, where: str
) -> None:
    (machine / "cgroup").write_text(f"{controllers}/a/b\n")
    top = machine / "groups" / ("" if version == 2 else "memory")
    limit(top / "a/b", "max", 0, version)
    limit(top / where, str(2048 * MIB), 1024 * MIB, version)
    assert free_bytes() == (4096 if where == "elsewhere" else 1124) * MIB


def test_a_machine_without_these_files_is_asked_for_all_it_has(machine: Path) -> None:
    (machine / "meminfo").unlink()
    assert (free_bytes() or 0) > 256 * MIB


def test_a_batch_beyond_memory_is_one_line_with_what_fits(machine: Path) -> None:
    config = TrainConfig(batch=4096)
    with pytest.raises(ResourceError, match=r"4,096 windows .* small .* GiB") as caught:
        require_memory(config, PRESETS["small"])
    message = str(caught.value)
    assert "\n" not in message
    fits = int(message.partition("--batch ")[2].split()[0])
    require_memory(config.copy_with(batch=fits), PRESETS["small"])
    with pytest.raises(ResourceError):
        require_memory(config.copy_with(batch=fits + 1), PRESETS["small"])


def test_where_nothing_fits_it_says_so(machine: Path) -> None:
    (machine / "meminfo").write_text("MemAvailable: 1000 kB\n")
    with pytest.raises(ResourceError, match="no batch would fit"):
        require_memory(TrainConfig(batch=1), PRESETS["small"])
