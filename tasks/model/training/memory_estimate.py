"""An estimate of whether a training step fits into this machine's memory."""

import os
from collections.abc import Iterator
from pathlib import Path

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import ResourceError
from nocturne.schemas.network_shape import NetworkShape

MIB = 2**20
# Fitted to the peak of one step, batches of 32 to 384: small 5.7, medium 11.1, seed 17.0 MiB a
# window, and 530 to 610 MiB besides. On a CPU Keras's executor keeps the gradient of the LSTM
# weights for every note of the window as well: 160 MiB for small, 6,800 for seed.
FLOATS_PER_CELL = 68  # of each note of the window, for all four LSTM layers
FLOATS_PER_MEMORY_NOTE = 26  # of each note of the window
FIXED_BYTES = 800 * MIB  # compiling, weights, moments
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")
MEMINFO = Path("/proc/meminfo")
# Limit, use, and the name of the page cache in memory.stat: of version 2 and of version 1.
CGROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def require_memory(config: TrainConfig, shape: NetworkShape) -> None:
    """ResourceError if a training step on the CPU needs more memory than is free."""
    free, needed = free_bytes(), step_bytes(config, shape)
    if free is None or needed <= free:
        return
    room = free - (needed - config.batch * window_bytes(shape))
    fits = max(0, room // window_bytes(shape))
    advice = f"--batch {fits} would fit" if fits else "no batch would fit: free some memory"
    raise ResourceError(
        f"cannot train: a batch of {config.batch:,} windows with the preset {config.preset} needs "
        f"about {needed / 2**30:.1f} GiB of memory and {max(free, 0) / 2**30:.1f} GiB are free; "
        f"{advice}"
    )


def window_bytes(shape: NetworkShape) -> int:
    """Return about how many bytes each window of a batch takes in a training step."""
    past_notes = shape.memory_notes + shape.window if shape.memory_notes else 0
    floats = FLOATS_PER_CELL * shape.units + FLOATS_PER_MEMORY_NOTE * past_notes
    return 4 * shape.window * floats


def step_bytes(config: TrainConfig, shape: NetworkShape) -> int:
    """Return about how many bytes a training step adds to the process."""
    total = FIXED_BYTES + config.batch * window_bytes(shape)
    if config.executor == "keras":
        lstm_weights = 2 * 4 * shape.units * (shape.embedding + 3 * shape.units)
        total += 4 * shape.window * lstm_weights
    return total


def free_bytes() -> int | None:
    """Return the least that the machine and the process's cgroups have free; None: unknown."""
    return min([*_free_of_machine(), *_free_of_cgroups()], default=None)


def _free_of_machine() -> Iterator[int]:
    try:
        lines = MEMINFO.read_text().splitlines()
        kib = {name: int(rest.split()[0]) for name, _, rest in (x.partition(":") for x in lines)}
        yield 1024 * (kib["MemAvailable"] + kib.get("SwapFree", 0))
    except (OSError, KeyError, ValueError, IndexError):
        names = ("SC_PHYS_PAGES", "SC_PAGE_SIZE")  # not Linux: the whole memory
        if all(name in os.sysconf_names for name in names):
            yield os.sysconf(names[0]) * os.sysconf(names[1])


def _free_of_cgroups() -> Iterator[int]:
    """Yield what each cgroup of this process has left of its limit, page cache not counted."""
    for folder in _cgroups():
        for limit, use, cache in CGROUP_FILES:
            try:
                most = int((folder / limit).read_text())
                used = int((folder / use).read_text())
                lines = (folder / "memory.stat").read_text().splitlines()
                cached = dict(line.split() for line in lines).get(cache, 0)
            except (OSError, ValueError):  # not this version, or "max": no limit
                continue
            yield most - used + int(cached)


def _cgroups() -> Iterator[Path]:
    """Yield the folders of this process's cgroups and of those around them."""
    try:
        rows = [line.split(":", 2) for line in OWN_CGROUP.read_text().splitlines()]
    except OSError:
        return
    for _number, controllers, name in (row for row in rows if len(row) == 3):
        if controllers in ("", "memory"):
            top = CGROUPS / controllers
            folder = top / name.lstrip("/")
            # In a container the name may be the one outside: then the top folder is this process's.
            inside = (folder, *folder.parents)
            yield from (path for path in inside if path.is_relative_to(top))
