"""The benchmark of the baselines, on a few real files."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import baselines


@pytest.mark.parametrize(("scheme", "attributes"), [("factored", 4 + 1), ("song-max", 1 + 1)])
def test_its_last_line_is_one_json_object(
    scheme: str,
    attributes: int,
    shared_midi: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path in sorted((shared_midi / "folk").rglob("*.mid"))[:60]:
        shutil.copy(path, tmp_path)
    tmp_path.joinpath("broken.mid").write_bytes(b"MThd and no more")
    monkeypatch.setattr(sys, "argv", ["baselines", "--midi", str(tmp_path), "--scheme", scheme])
    baselines.main()
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    bits = figures["bits_per_note"]
    assert bits["uniform"] > bits["unigram"] > bits["bigram"] > bits["cache"]
    assert len(figures["by_attribute"]["composite"]) == attributes  # and the end of a song
    assert all(count > 0 for count in figures["notes"].values())


def test_a_tenth_is_held_out_twice() -> None:
    splits = [baselines.split_of(str(i).encode()) for i in range(2000)]
    assert 1500 < splits.count("train") < 1700
    assert 150 < splits.count("valid") < 250
    assert 150 < splits.count("test") < 250
