"""The sentences and headline figures of a scoreboard."""

from nocturne.tasks.pages.formatting import counted, date_utc, format_figure
from nocturne.tasks.pages.scoreboard.board import MOST_GAPS, Board
from nocturne.tasks.pages.scoreboard.tables import OUTCOME_WORDS
from nocturne.tasks.pages.tile import Tile


def summary(board: Board) -> str:
    """Say how many nights there were, what came of them, and which days had none."""
    first, last = board.nights[0].started, board.nights[-1].started
    counts = ", ".join(f"{n:,} {OUTCOME_WORDS[kind]}" for kind, n in board.outcomes().items())
    nights = counted(len(board.nights), "night")
    one, many = f"on {first:%Y-%m-%d}", f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    span = one if first.date() == last.date() else many
    older = f" {counted(board.older, 'older record')} not shown." if board.older else ""
    return f"{nights} {span}: {counts}.{_gaps(board)}{older}"


def _gaps(board: Board) -> str:
    gaps = board.gaps()
    if not gaps:
        return ""
    named = ", ".join(f"{day:%Y-%m-%d}" for day in gaps[-MOST_GAPS:])
    more = ", ..." if len(gaps) > MOST_GAPS else ""
    return f" {counted(len(gaps), 'day')} without a night: {named}{more}."


def tiles(board: Board) -> tuple[Tile, ...]:
    """Return the champion's bits, the last night, its drift and the number of promotions."""
    last = board.nights[-1]
    bits = next(
        (n.champion_bits_per_note for n in reversed(board.nights) if n.champion_bits_per_note), None
    )
    drift = last.drift
    promotions = sum(change.by != "rollback" for change in board.changes)
    rollbacks = len(board.changes) - promotions
    return (
        Tile("Champion", format_figure(bits), f"bits per note: {board.champion or 'none yet'}"),
        Tile("Last night", OUTCOME_WORDS[last.outcome], f"{date_utc(last.started)} UTC"),
        Tile(
            "Drift of the corpus",
            format_figure(drift.overall if drift else None, ".3f"),
            f"bits, {drift.widest}; bound {drift.bound:.3f}" if drift else "no champion's corpus",
        ),
        Tile("Promotions", f"{promotions:,}", counted(rollbacks, "roll-back")),
    )
