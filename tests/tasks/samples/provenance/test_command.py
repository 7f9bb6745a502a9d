"""The command that makes a file again can be typed as it stands."""

from nocturne.tasks.samples.provenance.read import _command


def test_switches_have_no_value_and_texts_are_quoted() -> None:
    settings = {"keep_prime": True, "prime": "my song.mid", "tempo": 120.0, "prime_bars": 4}
    command = _command("folk-1", 5, 3, settings)
    assert command == (
        "nocturne generate --model folk-1 --seed 5 --first-index 3 --samples 1 --keep-prime "
        "--prime 'my song.mid' --prime-bars 4"
    )
