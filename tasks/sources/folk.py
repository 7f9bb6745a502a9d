"""The embedded corpus: public-domain tunes in ABC from the music21 package's folder.

music21 itself is never imported, which would be slow; only its files are read. Each tune, a block
that starts with `X:`, is converted to one MIDI file by abc2midi (part of symusic). That runs in
worker processes, since abc2midi may hang, crash or write to the terminal.
"""

import multiprocessing
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.source_file import RawFile, Skipped, read_file
from nocturne.tasks.sources.source_kind import Source, SourceKind
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.temporary import temporary_folder

# Tunes in the public domain, with encodings that name no further terms. Essen is left out: its
# encodings are for non-commercial use.
COLLECTIONS = {
    "oneills1850": "O'Neill's Music of Ireland (1903, 1850 tunes)",
    "ryansMammoth": "Ryan's Mammoth Collection (1883)",
    "airdsAirs": "Aird's Airs (1778-1801)",
}
FOLK = "folk"
LICENCE = "tunes in the public domain; encodings by permission of their encoders, see music21"
VERSION = 1  # of the conversion: another number makes ingest convert the corpus again
TOGETHER = "%%MIDI chordattack 0"  # else the notes of a chord start 10 ticks apart
TUNE_SECONDS = 20.0
LONGEST_NOTE_QUARTERS = 16  # longer notes come from chords that abc2midi could not close
WORKERS = 2


class FolkTunes(SourceKind):
    """The embedded tunes, by the name `folk`."""

    def owns(self, spelling: str) -> bool:
        return spelling == FOLK

    def source_id(self, spelling: str) -> str:
        return f"named {spelling}"

    def require(self, root: Root, config: IngestConfig) -> None:
        """Do nothing: `open` reports a missing package as quickly."""

    def open(self, root: Root, config: IngestConfig, progress: Progress) -> Source:
        return Source(FOLK, identity(), read_tunes, LICENCE, attribution())


def corpus_folder() -> Path:
    """Return music21's folder of tunes; SourceError if the package is not installed."""
    spec = find_spec("music21")
    folder = Path(next(iter((spec and spec.submodule_search_locations) or [""])), "corpus")
    if not all((folder / name).is_dir() for name in COLLECTIONS):
        raise SourceError(
            "the folk tunes are not installed; install music21, with its corpus, or name a folder"
        )
    return folder


def identity() -> str:
    """Return the versions that the corpus depends on."""
    corpus_folder()
    return f"folk {VERSION} music21 {version('music21')} symusic {version('symusic')}"


def attribution() -> str:
    """Return the sources of the tunes, in one line."""
    return (
        f"{'; '.join(COLLECTIONS.values())}; ABC encodings by many transcribers, among them John "
        f"Chambers and Jack Campin, as distributed with music21 {version('music21')}"
    )


def tunes(folder: Path | None = None) -> Iterator[tuple[str, str]]:
    """Yield (name, ABC text) of every tune: files sorted, numbered through each collection."""
    folder = folder or corpus_folder()
    for collection in COLLECTIONS:
        number = 0
        for path in sorted((folder / collection).glob("*.abc")):
            for tune in _split(path.read_bytes()):
                number += 1
                yield f"{collection}/{number:04d}.mid", tune


def _split(raw: bytes) -> list[str]:
    """Return the tunes of an ABC file, each from its `X:` line on."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return re.split(r"(?m)^(?=X:)", text.replace("\r\n", "\n"))[1:]


def read_tunes(largest: int, progress: Progress) -> Iterator[RawFile | Skipped]:
    """Yield every tune as a MIDI file, Skipped where it cannot be converted; progress in tunes."""
    named = list(tunes())
    with temporary_folder() as scratch, _workers(str(scratch)) as pool:
        results = pool.map(to_midi, [tune for _, tune in named], timeout=TUNE_SECONDS).result()
        for number, (name, _) in enumerate(named):
            progress(number, len(named))
            try:
                yield read_file(name, [next(results)], largest)
            except (ValueError, OSError, ProcessExpired) as error:
                yield Skipped(
                    name, f"not converted from ABC: {str(error) or type(error).__name__}"[:200]
                )


@contextmanager
def _workers(scratch: str) -> Iterator[ProcessPool]:
    """Start worker processes without output; stop them when the block ends, however it ends."""
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPool(WORKERS, initializer=_redirect_output, initargs=(scratch,), context=spawn)
    try:
        yield pool
    finally:
        pool.stop()
        pool.join()


def _redirect_output(scratch: str) -> None:
    """Discard the output of abc2midi, and give the process its own scratch folder."""
    own = Path(scratch, str(os.getpid()))
    own.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = str(own)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def to_midi(tune: str) -> bytes:
    """Return one ABC tune as a MIDI file; ValueError if it has no notes or a note without end.

    abc2midi starts each note one tick late and ends it on time: each note starts a tick earlier
    here.
    """
    import symusic  # needed in the worker processes only

    try:
        score = symusic.Score.from_abc(tune.replace("\n", f"\n{TOGETHER}\n", 1))
    except RuntimeError as error:
        raise ValueError("abc2midi cannot read it") from error
    if not score.note_num():
        raise ValueError("it has no notes")
    longest = max(note.duration for track in score.tracks for note in track.notes)
    if longest > LONGEST_NOTE_QUARTERS * score.ticks_per_quarter:
        raise ValueError(f"a note lasts {longest // score.ticks_per_quarter} quarters")
    for track in score.tracks:
        for note in track.notes:
            if note.time > 0:
                note.time, note.duration = note.time - 1, note.duration + 1
    return bytes(score.dumps_midi())
