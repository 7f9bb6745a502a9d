"""What test workers do: they live in an importable module, as worker processes need."""

import os
import signal
import sys
import time


def behave(contents: list[bytes]) -> list[str]:
    """Hang, die, explode or answer, as each content says."""
    return [_behave(content) for content in contents]


def _behave(content: bytes) -> str:
    if content == b"hang":
        time.sleep(600)
    if content == b"kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if content == b"segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if content == b"exit":
        os._exit(3)
    if content == b"explode":
        try:
            return str(len(bytearray(2 * 1024**3)))
        except MemoryError:
            return "out of memory"
    if content == b"leak":
        raise MemoryError
    if content == b"modules":
        return " ".join(sorted({name.partition(".")[0] for name in sys.modules}))
    return content.decode()


def grow(contents: list[bytes]) -> list[bytes]:
    """Take 1 GiB of memory, little by little."""
    held = bytearray()
    while len(held) < 1024**3:
        held.extend(b"x" * (1 << 20))
        time.sleep(0.001)
    return contents


def twice(contents: list[bytes]) -> list[bytes]:
    """Return each content twice over; die at `kill`."""
    if b"kill" in contents:
        os.kill(os.getpid(), signal.SIGKILL)
    return [content * 2 for content in contents]
