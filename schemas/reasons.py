"""The outcomes of an input file. Imports nothing heavy, as worker processes import it."""

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of an input file; each has exactly one."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"


class Reason(StrEnum):
    """Why a file was not accepted; a closed list."""

    NOT_MIDI = "not_midi"  # no MThd, nor RIFF RMID, where a MIDI file has it
    TOO_LARGE = "too_large"  # over max_file_bytes
    TRUNCATED = "truncated"  # ends inside a chunk or event, or before its last track
    BAD_HEADER = "bad_header"  # header length or format outside the standard
    UNSUPPORTED_DIVISION = "unsupported_division"  # SMPTE time, or 0 ticks to the quarter
    BAD_DATA_BYTE = "bad_data_byte"  # a data byte above 127
    BAD_EVENT = "bad_event"  # unknown status byte, or running status without a status
    BAD_TIME = "bad_time"  # ticks that overflow, or a note that ends before it begins
    ZERO_TEMPO = "zero_tempo"  # of 0 microseconds to the quarter while notes sound
    IMPLAUSIBLE_TEMPO = "implausible_tempo"  # outside 1 to 2,000 quarters a minute likewise
    NO_NOTES = "no_notes"
    ONLY_DRUMS = "only_drums"
    TOO_MANY_NOTES = "too_many_notes"  # over max_notes, all instruments together
    TOO_LONG = "too_long"  # over max_song_seconds
    PARSER_FAILED = "parser_failed"  # the parser refused it for another reason
    PARSER_CRASHED = "parser_crashed"  # the worker process died
    PARSER_TIMED_OUT = "parser_timed_out"
    PARSER_OUT_OF_MEMORY = "parser_out_of_memory"
    INVALID_NOTES = "invalid_notes"  # the notes fail the NoteTable's checks
    SAME_FILE = "same_file"  # duplicate: same md5 as an earlier file
    SAME_NOTES = "same_notes"  # duplicate: same notes after extraction as an earlier file


DUPLICATE_REASONS = (Reason.SAME_FILE, Reason.SAME_NOTES)
