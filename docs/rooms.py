"""Draw docs/rooms.svg from the imports: `python docs/rooms.py` writes it, `--check` compares.

A box is a room, an arrow an import between rooms; arrows that follow from others are left out.
The numbers are the way of one MIDI file, told in docs/architecture.md.
"""

import ast
import sys
from html import escape
from pathlib import Path
from textwrap import wrap

PROJECT = Path(__file__).resolve().parents[1]
PICTURE = PROJECT / "docs/rooms.svg"
STALE = "docs/rooms.svg is not what the imports say: run `.venv/bin/python docs/rooms.py`"
# Folders that are drawn; a module belongs to the longest of them that holds it.
ROOMS = (
    "deploy",
    "flows/cli",
    "flows",
    "tasks",
    "tasks/samples",
    "tasks/pages",
    "tasks/nights",
    "tasks/model",
    "tasks/model/evaluation",
    "tasks/model/registry",
    "tasks/model/sampling",
    "tasks/model/training",
    "tasks/model/network",
    "tasks/corpus",
    "tasks/sources",
    "tasks/primes",
    "tasks/music/notation",
    "tasks/music/midi",
    "tasks/music/categories",
    "tasks/music/metrics",
    "tasks/music/theory",
    "tasks/music",
    "tasks/workers",
    "tasks/storage",
    "schemas",
)
WAY = {  # the steps of docs/architecture.md
    "tasks/sources": "1",
    "tasks/corpus": "2 4 5",
    "tasks/music/midi": "3 8",
    "tasks/workers": "3",
    "tasks/music/categories": "5 8",
    "tasks/model/training": "6",
    "tasks/model/registry": "6",
    "tasks/model/evaluation": "7",
    "tasks/model/sampling": "8",
    "tasks/samples": "8",
    "tasks/pages": "9",
}
WIDTH, HEIGHT, GAP, RISE, MARGIN = 216, 76, 20, 44, 24
STYLE = """
text { font: 11px Helvetica, Arial, sans-serif; fill: #333 }
.name { font-weight: 600; font-size: 13px; fill: #111 }
.room { fill: #f6f4ee; stroke: #8a8578 }
.prefect { fill: #e8eefb; stroke: #6b7fa8 }
.import { fill: none; stroke: #b3ad9f; stroke-width: 1.2; marker-end: url(#head) }
.step { fill: #b4442a } .number { fill: #fff; font-weight: 600; text-anchor: middle }
"""


def room_of(path: str) -> str:
    """Return the room of a module's path without suffix, such as tasks/music/notes."""
    return max((room for room in ROOMS if f"{path}/".startswith(f"{room}/")), key=len)


def modules() -> dict[str, Path]:
    """Return the path of every module by its path without suffix, packages by their folder."""
    found = {}
    for top in ("schemas", "tasks", "flows", "deploy"):
        for path in sorted((PROJECT / top).rglob("*.py")):
            name = path.relative_to(PROJECT).with_suffix("").as_posix()
            found[name.removesuffix("/__init__")] = path
    return found


def imported_rooms(path: Path, known: dict[str, Path]) -> set[str]:
    """Return the rooms of the modules that a module imports, wherever in it."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = node.module.removeprefix("nocturne.").replace(".", "/")
            for name in (f"{base}/{alias.name}" for alias in node.names):
                if target := name if name in known else base if base in known else "":
                    rooms.add(room_of(target))
    return rooms


def imports() -> dict[str, set[str]]:
    """Return the rooms that each room imports, without itself."""
    known = modules()
    graph: dict[str, set[str]] = {room: set() for room in ROOMS}
    for name, path in known.items():
        graph[room_of(name)] |= imported_rooms(path, known)
    return {room: targets - {room} for room, targets in graph.items()}


def reached(graph: dict[str, set[str]], room: str) -> set[str]:
    """Return every room that `room` imports, directly or not."""
    return set().union(*({one} | reached(graph, one) for one in graph[room]))


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the imports that do not follow from others (the transitive reduction)."""
    return {
        room: {one for one in targets if not any(one in reached(graph, o) for o in targets - {one})}
        for room, targets in graph.items()
    }


def ranks(graph: dict[str, set[str]]) -> dict[str, int]:
    """Return each room's row: 0 for those that import nothing, else one above its imports."""
    depth: dict[str, int] = {}

    def of(room: str) -> int:
        if room not in depth:
            depth[room] = 1 + max((of(one) for one in graph[room]), default=-1)
        return depth[room]

    return {room: of(room) for room in graph}


def places(graph: dict[str, set[str]]) -> dict[str, tuple[float, float]]:
    """Return the upper left corner of every room's box: rows centred, in the order of ROOMS."""
    rank = ranks(graph)
    rows = [[room for room in ROOMS if rank[room] == row] for row in range(max(rank.values()) + 1)]
    widest = max(len(row) for row in rows) * (WIDTH + GAP) - GAP
    corner = {}
    for above, row in enumerate(reversed(rows)):
        left = MARGIN + (widest - len(row) * (WIDTH + GAP) + GAP) / 2
        for column, room in enumerate(row):
            corner[room] = (left + column * (WIDTH + GAP), MARGIN + above * (HEIGHT + RISE))
    return corner


def purpose(room: str) -> str:
    """Return the first sentence of the room's docstring."""
    docstring = ast.get_docstring(ast.parse((PROJECT / room / "__init__.py").read_text())) or ""
    return docstring.splitlines()[0].replace("`", "") if docstring else ""


def box(room: str, x: float, y: float, count: int) -> str:
    """Return a room as SVG: its name, size and purpose, and the steps that happen in it."""
    kind = "prefect" if room in ("tasks", "flows", "flows/cli", "deploy") else "room"
    parts = [
        f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>',
        f'<text class="name" x="{x + 10:g}" y="{y + 18:g}">{room}</text>',
        f'<text x="{x + WIDTH - 10:g}" y="{y + 18:g}" text-anchor="end">{count}</text>',
    ]
    for row, line in enumerate(wrap(purpose(room), 34)[:3]):
        parts.append(f'<text x="{x + 10:g}" y="{y + 35 + 14 * row:g}">{escape(line)}</text>')
    for place, number in enumerate(WAY.get(room, "").split()):
        centre = x + 14 + 21 * place
        parts.append(f'<circle class="step" cx="{centre:g}" cy="{y:g}" r="9"/>')
        parts.append(f'<text class="number" x="{centre:g}" y="{y + 4:g}">{number}</text>')
    return "\n".join(parts)


def arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return an import as SVG, from the bottom of one box to the top of another."""
    x1, y1, x2, y2 = start[0] + WIDTH / 2, start[1] + HEIGHT, end[0] + WIDTH / 2, end[1] - 10
    bend = (y2 - y1) / 2
    curve = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
    return f'<path class="import" d="{curve}"/>'


def picture() -> str:
    """Return the whole drawing as SVG."""
    graph = imports()
    corner = places(graph)
    counts = {room: sum(room_of(name) == room for name in modules()) for room in ROOMS}
    width = max(x for x, _ in corner.values()) + WIDTH + MARGIN
    height = max(y for _, y in corner.values()) + HEIGHT + MARGIN
    arrows = [
        arrow(corner[room], corner[one])
        for room, targets in reduced(graph).items()
        for one in sorted(targets)
    ]
    boxes = [box(room, x, y, counts[room]) for room, (x, y) in corner.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
        "<title>The rooms of Nocturne, which imports which, and the way of one file</title>"
        f"<style>{STYLE}</style>"
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#b3ad9f"/></marker></defs>'
        '<rect width="100%" height="100%" fill="#fff"/>'
    )
    return "\n".join([head, *arrows, *boxes, "</svg>", ""])


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if PICTURE.is_file() and PICTURE.read_text() == picture() else STALE)
    PICTURE.write_text(picture())
