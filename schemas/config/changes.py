"""Which results a config field changes: fingerprints, model ids and run ids follow from it.

Every field of every config carries one `Changes`, which names the results whose fingerprint holds
the field's value. The stages count differently, so each result is named by itself:

    raw        raw shards of a corpus
    notes      notes extracted from the raw shards
    sequences  category ids made from the notes
    model      the id of a model: all that tells two models of one root apart
    weights    the digest of a training run that begins with given weights and data, so that only
               the run with the same outcome goes on from a checkpoint
    samples    a generation run

A stage's fingerprint also holds the fingerprint of the stage before: fields are not repeated.
"""

from typing import Literal

from pydantic.fields import FieldInfo

Result = Literal["raw", "notes", "sequences", "model", "weights", "samples"]


class Changes:
    """Annotates a config field with the results that it changes.

    A value in `unless` is left out of the fingerprints. A field that is added later leaves out
    the value that gives the results of before, so that these keep their names.
    """

    def __init__(self, *results: Result, unless: tuple[object, ...] = ()) -> None:
        self.results, self.unless = results, unless


CIRCUMSTANCE = Changes()  # where, how fast or whether a result is made, not what is in it
BY_CONTENT = Changes()  # names an input whose content is in the fingerprint instead


def changes_of(field: FieldInfo) -> Changes:
    """Return what a field changes; TypeError if it does not say so exactly once."""
    found = [item for item in field.metadata if isinstance(item, Changes)]
    if len(found) != 1:
        raise TypeError(
            "annotate the field with exactly one of Changes(...), CIRCUMSTANCE and BY_CONTENT "
            "of schemas/config/changes.py"
        )
    return found[0]
