"""The reasons why a file is not accepted, as sentences for people."""

REASON_SENTENCES = {
    "not_midi": "Not a MIDI file: it begins like another kind of file",
    "too_large": "Larger than the limit for one file",
    "truncated": "Cut off: it ends in the middle",
    "bad_header": "Its header is not one that the MIDI standard knows",
    "unsupported_division": "It counts time in film frames (SMPTE), or in no unit at all",
    "bad_data_byte": "A value in it is larger than MIDI allows",
    "bad_event": "It holds an event that MIDI does not know",
    "bad_time": "Its times are too large, or a note ends before it begins",
    "zero_tempo": "It gives a quarter note no time at all",
    "implausible_tempo": "Its tempo is slower or faster than anybody plays",
    "no_notes": "It holds no notes",
    "only_drums": "It holds drums only",
    "too_many_notes": "More notes than the limit for one song",
    "too_long": "Longer than the limit for one song",
    "parser_failed": "It could not be read as MIDI",
    "parser_crashed": "Reading it ended the reader",
    "parser_timed_out": "Reading it took too long",
    "parser_out_of_memory": "Reading it took too much memory",
    "invalid_notes": "Its notes contradict each other",
    "same_file": "The same file as an earlier one",
    "same_notes": "The same notes as an earlier file",
}


def reason_sentence(reason: str) -> str:
    """Return the sentence of a reason; of an unknown one, its name in words."""
    return REASON_SENTENCES.get(reason, reason.replace("_", " ").capitalize())
