"""What a scoreboard is made from: nights by corpus and scheme, gaps, champions, damage."""

from datetime import date

import pytest

from nocturne.tasks.nights.records import write_night
from nocturne.tasks.pages.scoreboard import board as board_module
from nocturne.tasks.pages.scoreboard.board import Board, boards
from nocturne.tasks.pages.scoreboard.words import summary, tiles
from nocturne.tasks.storage.root import Root
from tests.tasks.nights.nights_for_tests import night
from tests.tasks.nights.year_for_tests import write_year, year_of_nights


def test_a_corpus_and_scheme_have_a_board_the_latest_night_first(root: Root) -> None:
    write_night(root, night(1))
    write_night(root, night(3, scheme="song-max"))
    write_night(root, night(2, corpus="songs"))
    found, damages = boards(root)
    assert [board.title for board in found] == [
        "tunes (song-max)", "songs (factored)", "tunes (factored)"
    ]  # fmt: skip
    assert damages == ()
    assert [board.title for board in boards(root, "songs")[0]] == ["songs (factored)"]


def test_a_board_knows_its_champion_and_every_change(root: Root) -> None:
    nights = write_year(root, 30)
    (board,), _ = boards(root)
    promoted = [one.model_id for one in nights if one.outcome == "promoted"]
    assert [change.model_id for change in board.changes] == promoted
    assert board.champion == promoted[-1]
    assert board.nights == tuple(nights)


def test_only_the_last_nights_are_read(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "MOST_NIGHTS", 2)
    for number in range(5):
        write_night(root, night(number))
    (board,), _ = boards(root)
    assert [one.run for one in board.nights] == ["00000003", "00000004"]
    assert board.older == 3
    assert summary(board).endswith(" 3 older records not shown.")


def test_days_without_a_night_are_gaps() -> None:
    nights = tuple(night(number) for number in (0, 1, 4, 5))
    board = Board("tunes", "factored", nights, ())
    assert board.gaps() == (date(2026, 3, 3), date(2026, 3, 4))
    assert summary(board) == (
        "4 nights from 2026-03-01 to 2026-03-06: 4 champion kept. 2 days without a night: "
        "2026-03-03, 2026-03-04."
    )


def test_one_night_in_words() -> None:
    board = Board("tunes", "factored", (night(0, outcome="no_news"),), ())
    assert summary(board) == "1 night on 2026-03-01: 1 no news."
    assert [tile.value for tile in tiles(board)] == [
        "not measured", "no news", "not measured", "0"
    ]  # fmt: skip


def test_a_year_in_words() -> None:
    nights = tuple(year_of_nights())
    board = Board("tunes", "factored", nights, ())
    assert [tile.value for tile in tiles(board)] == ["2.68", "no news", "0.020", "0"]
    assert "361 nights from 2026-03-01 to 2027-02-28: 52 promoted" in summary(board)


def test_damaged_records_and_pointers_are_named_and_hide_nothing(root: Root) -> None:
    write_year(root, 3)
    root.write_bytes("nights/tunes/20260302T020000.000Z-00000001.json", b"{")
    root.write_bytes("models/champions/tunes/factored.json", b"{")
    (board,), damages = boards(root)
    assert [one.run for one in board.nights] == ["00000000", "00000002"]
    assert board.changes == ()
    assert [line.split(" is damaged")[0].rpartition("/")[2] for line in damages] == [
        "factored.json", "20260302T020000.000Z-00000001.json"
    ]  # fmt: skip
