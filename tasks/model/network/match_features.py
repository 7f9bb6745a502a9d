"""Match lengths and distances: the features by which matched memory scores past notes.

Predicting note t, a past note j has
  L  for each type of match, how many consecutive notes ending at t-1 equal those ending at j-1,
     at most LONGEST_MATCH;
  D  the time from j-1 to t-1 in quarters, if a whole number in 1..LONGEST_DISTANCE, else 0.
Both follow from the `context + window` notes that the network is given, so training and sampling
agree exactly.

Two notes are equal in MATCH_TYPES ways: in pitch and inter-onset interval, which follows a
tune; as a whole, which tells an exact repeat from a varied one; in pitch alone, which bridges
played rhythms. C stands for the number of notes, B for the batch, A for the attributes, M for the
types of match.
"""

from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import LONGEST_DISTANCE, LONGEST_MATCH, MATCHED

NO_NOTE = -1  # match key of the start symbol
PITCH_AND_INTERVAL = 0  # the type of match that compares pitch and inter-onset interval
INTERVAL = "inter_onset_interval"
TICKS = "table/ticks"  # int32 [size + 1]: the decoded interval of each id, 0 of the start symbol


def match_keys(names: tuple[str, ...], sizes: tuple[int, ...], ids: Tensor) -> Tensor:
    """Return a number for each note and type of match: ids [..., A] -> int32 [..., M].

    Notes that are equal by a type have the same number; that of no note is NO_NOTE.
    """
    keys = []
    for compared in _match_types(names):
        key = tf.zeros_like(ids[..., 0])
        for k in compared:
            key = key * (sizes[k] + 1) + ids[..., k]
        keys.append(key)
    real = ids[..., :1] < sizes[0]
    return tf.where(real, tf.stack(keys, -1), NO_NOTE)


def _match_types(names: tuple[str, ...]) -> list[list[int]]:
    """Return the numbers of the attributes that each type compares; the first's if it has none."""
    compared_names = (MATCHED, names, ("pitch",))
    return [
        [k for k, name in enumerate(names) if name in compared] or [0]
        for compared in compared_names
    ]


def ticks(names: tuple[str, ...], weights: Tensors, ids: Tensor) -> Tensor:
    """Return decoded inter-onset intervals: ids [..., A] -> int32 ticks [...], 0 without any."""
    if INTERVAL not in names:
        return tf.zeros_like(ids[..., 0])
    return tf.gather(weights[TICKS], ids[..., names.index(INTERVAL)])


def next_match_lengths(lengths: Tensor, keys: Tensor, latest: Tensor) -> Tensor:
    """Return the match lengths for the next note, from those for this one.

    lengths int32 [B, C, M] is L for predicting note t-1, keys [B, C, M] are the notes' match
    keys, latest [B, M] those of note t-1. Returns L for predicting note t; the values of notes
    from t on mean nothing, and the caller masks them.
    """
    longer = tf.minimum(lengths + 1, LONGEST_MATCH)
    equal = (keys == latest[:, None]) & (keys != NO_NOTE)
    ended = tf.where(equal, longer, 0)[:, :-1]  # L of the matches that end at note j
    return tf.pad(ended, [[0, 0], [1, 0], [0, 0]])


def first_match_lengths(keys: Tensor, first: int) -> Tensor:
    """Return L for predicting note `first`, from the notes before it: keys [B, C, M] -> [B, C, M].

    No match is longer than LONGEST_MATCH, so the last notes of that number are enough.
    """
    by_time = tf.transpose(keys, [1, 0, 2])
    begin = max(1, first - LONGEST_MATCH + 1)

    def body(t: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        return t + 1, next_match_lengths(lengths, keys, by_time[t - 1])

    start = (tf.constant(begin), tf.zeros_like(keys))
    turns = first - begin + 1
    return tf.while_loop(lambda t, _: t <= first, body, start, maximum_iterations=turns)[1]


def match_lengths(keys: Tensor, window: int) -> Tensor:
    """Return L for each of the last `window` of C notes: keys [B, C, M] -> [B, window, C, M]."""
    count = keys.shape[1]
    by_time = tf.transpose(keys, [1, 0, 2])
    first = count - window

    def body(w: Tensor, lengths: Tensor, rows: Tensor) -> tuple[Tensor, ...]:
        rows = rows.write(w, lengths)
        return w + 1, next_match_lengths(lengths, keys, by_time[first + w]), rows

    rows = tf.TensorArray(tf.int32, window, element_shape=keys.shape)
    start = (tf.constant(0), first_match_lengths(keys, first), rows)
    *_, rows = tf.while_loop(lambda w, *_: w < window, body, start, maximum_iterations=window)
    return tf.transpose(rows.stack(), [1, 0, 2, 3])


def distance_classes(onset: Tensor, latest: Tensor, has_earlier: Tensor) -> Tensor:
    """Return D [..., C] from the onset in ticks of the note before each, and of note t-1 [..., 1].

    `has_earlier` [..., C] says whether there is a note before; if not, the class is 0.
    """
    apart = latest - onset
    quarters = apart // TICKS_PER_QUARTER
    whole = (apart % TICKS_PER_QUARTER == 0) & (quarters >= 1) & (quarters <= LONGEST_DISTANCE)
    return tf.where(whole & has_earlier, quarters, 0)


def earlier_onset(onset: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
    """Return the onset of the note before each, and whether there is one: [B, C] each."""
    shift = [[0, 0], [1, 0]]
    return tf.pad(onset[:, :-1], shift), tf.pad(keys[:, :-1, 0] != NO_NOTE, shift)
