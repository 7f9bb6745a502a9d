"""Which past notes followed the same notes before: what matched memory scores them by.

Predicting note t, a past note j has
  L  for each kind of match, how many consecutive notes ending at t-1 equal those ending at j-1,
     at most LONGEST_MATCH;
  D  the time from j-1 to t-1 in quarters, if a whole number in 1..LONGEST_DISTANCE, else 0.
They see only the `context + window` notes that the network is given, so training and sampling
agree exactly.

Two notes are equal in MATCH_KINDS ways: in pitch and inter-onset interval, which follows a
tune; as a whole, which tells an exact repeat from a varied one; in pitch alone, which bridges
played rhythms. C stands for the number of notes, B for the batch, M for the kinds of match.
"""

import tensorflow as tf

from nocturne.schemas.sequences import TICKS_PER_QUARTER, Vocabulary
from nocturne.tasks.model.network.initialise import LONGEST_DISTANCE, LONGEST_MATCH, MATCHED
from nocturne.tasks.model.network.lstm_xla import Tensor

NO_NOTE = -1
PITCH_AND_INTERVAL = 0  # the kind of match that compares pitch and inter-onset interval


def codes(vocabulary: Vocabulary, ids: Tensor) -> Tensor:
    """One number a note for each kind of match: ids [..., A] -> int32 [..., M], -1 for none."""
    kinds = []
    for matched in _kinds(vocabulary):
        code = tf.zeros_like(ids[..., 0])
        for k in matched:
            code = code * (vocabulary.sizes[k] + 1) + ids[..., k]
        kinds.append(code)
    real = ids[..., :1] < vocabulary.sizes[0]
    return tf.where(real, tf.stack(kinds, -1), NO_NOTE)


def _kinds(vocabulary: Vocabulary) -> list[list[int]]:
    """Places of the attributes that each kind of match compares; of the first if it has none."""
    names = vocabulary.names
    of_kind = (MATCHED, names, ("pitch",))
    return [[k for k, name in enumerate(names) if name in wanted] or [0] for wanted in of_kind]


def ticks(vocabulary: Vocabulary, ids: Tensor) -> Tensor:
    """Decoded inter-onset intervals: ids [..., A] -> int32 ticks [...], 0 where there is none."""
    name = "inter_onset_interval"
    if name not in vocabulary.names:
        return tf.zeros_like(ids[..., 0])
    table = [round(value) for value in vocabulary.codebooks[name]] + [0]
    return tf.gather(tf.constant(table, tf.int32), ids[..., vocabulary.names.index(name)])


def next_match_line(line: Tensor, codes: Tensor, latest: Tensor) -> Tensor:
    """Match lengths for the next note, from those for this one.

    line int32 [B, C, M] is L for predicting note t-1, codes [B, C, M] are the notes' codes,
    latest [B, M] those of note t-1. Returns L for predicting note t; notes from t on are not
    meant: the caller leaves them out.
    """
    longer = tf.minimum(line + 1, LONGEST_MATCH)
    equal = (codes == latest[:, None]) & (codes != NO_NOTE)
    ended = tf.where(equal, longer, 0)[:, :-1]  # L of the matches that end at note j
    return tf.pad(ended, [[0, 0], [1, 0], [0, 0]])


def first_match_line(codes: Tensor, first: int) -> Tensor:
    """L for predicting note `first`, from the notes before it: int32 [B, C, M] -> [B, C, M].

    No match is longer than LONGEST_MATCH, so the last notes of that number are enough.
    """
    by_time = tf.transpose(codes, [1, 0, 2])
    begin = max(1, first - LONGEST_MATCH + 1)

    def body(t: Tensor, line: Tensor) -> tuple[Tensor, ...]:
        return t + 1, next_match_line(line, codes, by_time[t - 1])

    start = (tf.constant(begin), tf.zeros_like(codes))
    turns = first - begin + 1
    return tf.while_loop(lambda t, _: t <= first, body, start, maximum_iterations=turns)[1]


def match_lengths(codes: Tensor, window: int) -> Tensor:
    """L for each of the last `window` of C notes: int32 [B, C, M] -> [B, window, C, M]."""
    count = codes.shape[1]
    by_time = tf.transpose(codes, [1, 0, 2])
    first = count - window

    def body(w: Tensor, line: Tensor, lines: Tensor) -> tuple[Tensor, ...]:
        lines = lines.write(w, line)
        return w + 1, next_match_line(line, codes, by_time[first + w]), lines

    lines = tf.TensorArray(tf.int32, window, element_shape=codes.shape)
    start = (tf.constant(0), first_match_line(codes, first), lines)
    done = tf.while_loop(lambda w, *_: w < window, body, start, maximum_iterations=window)
    return tf.transpose(done[2].stack(), [1, 0, 2, 3])


def distance_classes(onset: Tensor, latest: Tensor, has_earlier: Tensor) -> Tensor:
    """D [..., C] from the onset in ticks of the note before each [..., C] and of note t-1 [..., 1].

    `has_earlier` [..., C] says whether there is a note before; if not, the class is 0.
    """
    apart = latest - onset
    quarters = apart // TICKS_PER_QUARTER
    whole = (apart % TICKS_PER_QUARTER == 0) & (quarters >= 1) & (quarters <= LONGEST_DISTANCE)
    return tf.where(whole & has_earlier, quarters, 0)


def earlier(onset: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
    """Onset of the note before each, and whether there is one: [B, C] each."""
    shift = [[0, 0], [1, 0]]
    return tf.pad(onset[:, :-1], shift), tf.pad(codes[:, :-1, 0] != NO_NOTE, shift)
