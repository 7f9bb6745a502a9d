"""Matched memory: a look back at the notes that followed the same notes before.

Predicting note t, every past note j has the score s = match[L] + distance[D] + lag[t - j], with
  L  how many consecutive (pitch, inter-onset interval) notes ending at t-1 equal those ending
     at j-1, at most LONGEST_MATCH;
  D  the time from j-1 to t-1 in quarters, if a whole number in 1..LONGEST_DISTANCE, else 0.
The memory's reading is Linear(sum_j softmax(s)_j embedding(note j)). L and D see only the
`context + window` notes that the network is given, so training and sampling agree exactly.

C stands for the number of those notes, B for the batch.
"""

from collections.abc import Mapping

import tensorflow as tf

from schemas.presets import NetworkShape
from schemas.sequences import TICKS_PER_QUARTER, Vocabulary
from tasks.model.gather import gather_rows
from tasks.model.initialise import LONGEST_DISTANCE, LONGEST_MATCH, MATCHED, context_notes
from tasks.model.lstm_xla import Tensor

NO_NOTE = -1
LOWEST = -1e9  # score of a note that may not be looked at


def codes(vocabulary: Vocabulary, ids: Tensor) -> Tensor:
    """One number for each note's matched attributes: ids [..., A] -> int32 [...], -1 for none."""
    matched = [k for k, name in enumerate(vocabulary.names) if name in MATCHED] or [0]
    code = tf.zeros_like(ids[..., 0])
    for k in matched:
        code = code * (vocabulary.sizes[k] + 1) + ids[..., k]
    return tf.where(ids[..., 0] < vocabulary.sizes[0], code, NO_NOTE)


def ticks(vocabulary: Vocabulary, ids: Tensor) -> Tensor:
    """Decoded inter-onset intervals: ids [..., A] -> int32 ticks [...], 0 where there is none."""
    name = "inter_onset_interval"
    if name not in vocabulary.names:
        return tf.zeros_like(ids[..., 0])
    table = [round(value) for value in vocabulary.codebooks[name]] + [0]
    return tf.gather(tf.constant(table, tf.int32), ids[..., vocabulary.names.index(name)])


def next_match_line(line: Tensor, codes: Tensor, latest: Tensor) -> Tensor:
    """Match lengths for the next note, from those for this one.

    line int32 [B, C] is L for predicting note t-1, codes [B, C] are the notes' codes, latest
    [B] is the code of note t-1. Returns L for predicting note t; notes from t on are not
    meant: the caller leaves them out.
    """
    longer = tf.minimum(line + 1, LONGEST_MATCH)
    equal = (codes == latest[:, None]) & (codes != NO_NOTE)
    ended = tf.where(equal, longer, 0)[:, :-1]  # L of the matches that end at note j
    return tf.pad(ended, [[0, 0], [1, 0]])


def first_match_line(codes: Tensor, first: int) -> Tensor:
    """L for predicting note `first`, from the notes before it: codes int32 [B, C] -> [B, C]."""
    by_time = tf.transpose(codes)

    def body(t: Tensor, line: Tensor) -> tuple[Tensor, ...]:
        return t + 1, next_match_line(line, codes, by_time[t - 1])

    start = (tf.constant(1), tf.zeros_like(codes))
    return tf.while_loop(lambda t, _: t <= first, body, start, maximum_iterations=first)[1]


def match_lengths(codes: Tensor, window: int) -> Tensor:
    """L for each of the last `window` of C notes: codes int32 [B, C] -> int32 [window, B, C]."""
    count = codes.shape[1]
    by_time = tf.transpose(codes)
    first = count - window

    def body(w: Tensor, line: Tensor, lines: Tensor) -> tuple[Tensor, ...]:
        lines = lines.write(w, line)
        return w + 1, next_match_line(line, codes, by_time[first + w]), lines

    lines = tf.TensorArray(tf.int32, window, element_shape=codes.shape)
    start = (tf.constant(0), first_match_line(codes, first), lines)
    done = tf.while_loop(lambda w, *_: w < window, body, start, maximum_iterations=window)
    return done[2].stack()


def distance_classes(onset: Tensor, latest: Tensor, has_earlier: Tensor) -> Tensor:
    """D [..., C] from the onset in ticks of the note before each [..., C] and of note t-1 [..., 1].

    `has_earlier` [..., C] says whether there is a note before; if not, the class is 0.
    """
    apart = latest - onset
    quarters = apart // TICKS_PER_QUARTER
    whole = (apart % TICKS_PER_QUARTER == 0) & (quarters >= 1) & (quarters <= LONGEST_DISTANCE)
    return tf.where(whole & has_earlier, quarters, 0)


def attend(
    weights: Mapping[str, Tensor], match: Tensor, distance: Tensor, lag: Tensor, allowed: Tensor
) -> Tensor:
    """Softmax of the scores over the last axis; all zero where no note is allowed."""
    score = (
        gather_rows(weights["memory/match"], match)
        + gather_rows(weights["memory/distance"], distance)
        + gather_rows(weights["memory/lag"], lag)
    )
    share = tf.nn.softmax(tf.where(allowed, score, LOWEST), axis=-1)
    return tf.where(allowed, share, 0.0)


def reading(weights: Mapping[str, Tensor], share: Tensor, embedded: Tensor) -> Tensor:
    """What is read: shares [B, Q, C] over embedded notes [B, C, E] -> [B, Q, H]."""
    read = tf.matmul(share, embedded)
    batch, queries, width = read.shape
    flat = tf.matmul(tf.reshape(read, [-1, width]), weights["memory/context"])
    return tf.reshape(flat + weights["memory/context_bias"], [batch, queries, flat.shape[-1]])


def read_window(
    shape: NetworkShape,
    vocabulary: Vocabulary,
    weights: Mapping[str, Tensor],
    ids: Tensor,
    embedded: Tensor,
) -> Tensor:
    """Read for every note of the last window, from ids [B, C, A] and their embeddings [B, C, E].

    Returns [window, B, H], to be added to the decoder's outputs.
    """
    window, count = shape.window, ids.shape[1]
    note = codes(vocabulary, ids)
    onset = tf.cumsum(ticks(vocabulary, ids), axis=1)
    match = tf.transpose(match_lengths(note, window), [1, 0, 2])
    latest = onset[:, count - window - 1 : -1, None]
    before, has_before = earlier(onset, note)
    distance = distance_classes(before[:, None], latest, has_before[:, None])
    target = tf.range(count - window, count)[:, None]
    lag = tf.maximum(target - tf.range(count)[None], 0)
    allowed = reachable(shape, note)[:, None] & (lag > 0)[None]
    share = attend(weights, match, distance, lag, allowed)
    return tf.transpose(reading(weights, share, embedded), [1, 0, 2])


def earlier(onset: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
    """Onset of the note before each, and whether there is one: [B, C] each."""
    shift = [[0, 0], [1, 0]]
    return tf.pad(onset[:, :-1], shift), tf.pad(codes[:, :-1] != NO_NOTE, shift)


def reachable(shape: NetworkShape, codes: Tensor) -> Tensor:
    """Which notes [B, C] are notes at all and not further back than the memory goes."""
    oldest = context_notes(shape) - shape.memory_notes
    return (codes != NO_NOTE) & (tf.range(codes.shape[1]) >= oldest)[None]
