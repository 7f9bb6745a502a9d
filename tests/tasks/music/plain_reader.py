"""The notes of one MIDI track by the standard and pretty_midi's rule for their ends, plainly."""

Note = tuple[int, int, int, int]  # onset and offset in ticks, pitch, velocity
ARGUMENTS = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


def notes_of_track(body: bytes) -> list[Note]:
    """Return the notes of the events of a track, all channels together, sorted."""
    at = tick = running = 0
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
    notes: list[Note] = []
    while at < len(body):
        delta, at = number(body, at)
        tick += delta
        status = body[at] if body[at] >= 0x80 else running
        at += body[at] >= 0x80
        if status >= 0xF0:
            kind = body[at]
            length, at = number(body, at + (status == 0xFF))
            at += length
            if status == 0xFF and kind == 0x2F:
                break
            continue
        running, data = status, body[at : at + ARGUMENTS[status >> 4]]
        at += len(data)
        if status >> 4 == 9 and data[1]:
            sounding.setdefault((status & 15, data[0]), []).append((tick, data[1]))
        elif status >> 4 in (8, 9):
            struck = sounding.pop((status & 15, data[0]), [])
            closed = [(on, velocity) for on, velocity in struck if on != tick]
            notes += [(on, tick, data[0], velocity) for on, velocity in closed]
            if closed and len(closed) < len(struck):
                sounding[status & 15, data[0]] = [one for one in struck if one[0] == tick]
    return sorted(notes, key=lambda note: (note[0], note[2], note[1], note[3]))


def number(body: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length quantity and where it ends."""
    value = 0
    while body[at] & 0x80:
        value, at = value << 7 | body[at] & 0x7F, at + 1
    return value << 7 | body[at], at + 1
