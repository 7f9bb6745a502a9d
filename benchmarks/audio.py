"""Measure CPU time and size of audio per sample: `python -m benchmarks.audio --midi FOLDER`.

The beginnings of real songs are rendered by `render` and, where its program is installed, by
FluidSynth as earlier versions started it, in turn. CPU time is of this process and its children,
encoding included. The last line is one JSON object.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.midi_folder import contents_under
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.music.midi.writer import to_midi
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.samples.audio import mastered, render, to_ogg
from nocturne.tasks.samples.synthesizer import SOUND_FONT

TEMPO = 120.0
FLUIDSYNTH_HZ = 32_000
PROGRAMS = (0, 73, 40, 56)  # piano, flute, violin, trumpet


def by_rustysynth(notes: Notes, program: int) -> int:
    """Return the bytes of the OGG file that `render` makes."""
    return len(render(notes, tempo=TEMPO, program=program).ogg)


def by_fluidsynth(notes: Notes, program: int) -> int:
    """Return the bytes of the OGG file of FluidSynth's frames, mastered in the same way."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mid"), Path(folder, "out.raw")
        source.write_bytes(to_midi(notes, tempo=TEMPO, program=program, name=""))
        options = ["-niq", "-g", "0.5", "-r", str(FLUIDSYNTH_HZ), "-T", "raw", "-O", "float"]
        files = ["-F", str(target), str(SOUND_FONT), str(source)]
        command = ["fluidsynth", "-f", os.devnull, *options, *files]
        subprocess.run(command, check=True, capture_output=True)
        audio = np.fromfile(target, np.float32).reshape(-1, 2)
        return len(to_ogg(mastered(audio, len(audio)), "fluidsynth", FLUIDSYNTH_HZ))


def beginning(notes: Notes, count: int) -> Notes:
    """Return the first `count` notes of a song."""
    return Notes(*(column[:count] for column in notes.columns()))


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its children that ended."""
    usages = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def figures(songs: list[Notes]) -> dict[str, Any]:
    """Render every song with every renderer and program; return means over samples."""
    renderers: dict[str, Callable[[Notes, int], int]] = {"rustysynth": by_rustysynth}
    if shutil.which("fluidsynth"):
        renderers["fluidsynth"] = by_fluidsynth
    for renderer in renderers.values():
        renderer(songs[0], 0)  # loads the sound font
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in renderers}
    for index, notes in enumerate(songs):
        for name, renderer in renderers.items():
            before = cpu_seconds()
            size = renderer(notes, PROGRAMS[index % len(PROGRAMS)])
            taken[name].append((cpu_seconds() - before, size))
    result: dict[str, Any] = {"samples": len(songs)}
    for name, rows in taken.items():
        seconds, size = np.mean(rows, axis=0)
        result |= {f"{name}_cpu_s": round(float(seconds), 3), f"{name}_bytes": round(float(size))}
    return result


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--notes", type=int, default=256)
    options = parser.parse_args()
    read = (extract(content) for content in contents_under(options.midi)[: options.samples])
    songs = [beginning(song.notes, options.notes) for song in read if isinstance(song, Extracted)]
    print(json.dumps(figures(songs)))


if __name__ == "__main__":
    main()
