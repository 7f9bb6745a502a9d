"""The primes that a config asks for: found, read, and named by content in the config."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from nocturne.schemas.config import GenerateConfig, SamplingConfig
from nocturne.schemas.errors import SamplesError
from nocturne.tasks.primes.find import PrimeFile, find_prime
from nocturne.tasks.primes.prime import Prime
from nocturne.tasks.primes.read import read_primes
from nocturne.tasks.primes.store import keep_prime
from nocturne.tasks.storage.root import Root

FIELDS = ("prime", "prime_to")
OF_A_PRIME = ("prime_bars", "prime_track")
# The random inputs that take each way to name where samples start.
USES = {"prime": ("prime", "between"), "prime_to": ("between",), "seed_to": ("between",)}
AnyConfig = TypeVar("AnyConfig", bound=SamplingConfig)


@dataclass(frozen=True)
class Primes:
    """The songs of a config: `first` to continue, `second` at position 1 of between."""

    first: Prime | None = None
    second: Prime | None = None


NO_PRIMES = Primes()


@dataclass(frozen=True)
class PrimeRequest:
    """A config whose primes are named by the SHA-256 of their bytes; the songs, their files."""

    config: GenerateConfig
    primes: Primes = NO_PRIMES
    files: tuple[PrimeFile, ...] = ()

    def keep(self, root: Root) -> None:
        """Keep the files in the root."""
        for file in self.files:
            keep_prime(root, file)


def request_primes(root: Root, config: GenerateConfig) -> PrimeRequest:
    """Find and read the primes that `config` asks for; nothing is written.

    In the config returned, primes are digests, random_input is that which they imply, and an
    empty instrument is that of the prime to continue. SamplesError if the fields contradict each
    other, or a prime is not there or cannot be continued.
    """
    is_new = config.run is None and config.more is None
    config = _with_implied_input(config)
    if is_new:
        _require_sense(config)
    files = _find(root, config)
    if not files:
        return PrimeRequest(config)
    primes = _read(tuple(files.items()), config.prime_bars, config.prime_track)
    changes: dict[str, object] = {name: file.sha256 for name, file in files.items()}
    if is_new and config.program is None and primes.first:
        changes["program"] = primes.first.program
    return PrimeRequest(config.copy_with(**changes), primes, tuple(files.values()))


def load_primes(root: Root, config: SamplingConfig) -> Primes:
    """Return the primes of a run's config, which names them by digest, from the root."""
    files = _find(root, config)
    return _read(tuple(files.items()), config.prime_bars, config.prime_track)


def prime_names(config: SamplingConfig) -> list[str]:
    """Return what the config names its primes by: digests, in that of a run."""
    return [value for name in FIELDS if (value := getattr(config, name)) is not None]


def _find(root: Root, config: SamplingConfig) -> dict[str, PrimeFile]:
    """Return the files of the primes, by field."""
    asked = {name: getattr(config, name) for name in FIELDS}
    return {name: find_prime(root, value) for name, value in asked.items() if value is not None}


@lru_cache(2)
def _read(files: tuple[tuple[str, PrimeFile], ...], bars: int | None, track: int | None) -> Primes:
    """Read the files, by field; the batches of a run read them once."""
    if not files:
        return NO_PRIMES
    songs = read_primes([file for _, file in files], bars, track)
    found = dict(zip(dict(files), songs, strict=True))
    return Primes(found.get("prime"), found.get("prime_to"))


def _with_implied_input(config: AnyConfig) -> AnyConfig:
    """Return the config with the random input that its primes imply, if it has the default."""
    if config.random_input != "primer":
        return config
    if config.prime_to is not None or config.seed_to is not None:
        return config.copy_with(random_input="between")
    return config.copy_with(random_input="prime") if config.prime is not None else config


def _require_sense(config: SamplingConfig) -> None:
    kind = config.random_input
    if kind == "prime" and config.prime is None:
        raise SamplesError("--random-input prime needs a song: name it with --prime FILE")
    for name in ("prime", "prime_to", "seed_to"):
        if getattr(config, name) is not None and kind not in USES[name]:
            raise SamplesError(
                f"--random-input {kind} uses no {_flag(name)}: leave one of them out"
            )
    if config.prime_to is not None and config.seed_to is not None:
        raise SamplesError("--prime-to and --seed-to both name position 1: leave one of them out")
    for name in (*OF_A_PRIME, "keep_prime"):
        if getattr(config, name) and config.prime is None and config.prime_to is None:
            raise SamplesError(f"{_flag(name)} needs a song: name it with --prime FILE")
    if config.keep_prime and kind != "prime":
        raise SamplesError(f"--keep-prime needs --random-input prime, not {kind}")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
