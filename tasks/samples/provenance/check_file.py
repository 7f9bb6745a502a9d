"""Make a MIDI file again from the model in a root, and compare the bytes."""

from pydantic import ValidationError

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.changes import changes_of
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import FileCheck, Provenance, SampleRun
from nocturne.tasks.model.registry.models import read_card
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.samples.build import composer
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.page_notes import page_notes_of
from nocturne.tasks.samples.provenance.read import read_provenance
from nocturne.tasks.samples.writers.midi import MidiWriter
from nocturne.tasks.samples.writers.writer import Piece
from nocturne.tasks.storage.root import Root


def check_file(root: Root, content: bytes, name: str) -> FileCheck:
    """Make the MIDI file `name` again and say whether its bytes agree.

    SamplesError if the file does not say how it was made, ModelError if the root lacks its model.
    """
    said = read_provenance(content, name)
    card = read_card(root, said.model_id)
    again = _made_again(root, said, card)
    agrees = again == content
    outcome = (
        "every byte is as it is made again" if agrees else _difference(said, card, content, again)
    )
    return FileCheck(file=name, model_id=said.model_id, agrees=agrees, outcome=outcome)


def _made_again(root: Root, said: Provenance, card: ModelCard) -> bytes:
    run = _run_of(root, said, card)
    (piece,) = composer(root, run)(said.index, 1)
    return MidiWriter().make(Piece(run, said.index, piece.notes, piece.facts)).content


def _run_of(root: Root, said: Provenance, card: ModelCard) -> SampleRun:
    """Return a run that the file is a sample of, with the texts of the version that wrote it."""
    try:
        config = GenerateConfig.model_validate(
            {"root": root.uri, "model": said.model_id, "seed": said.seed}
            | _values_of_before()
            | {"first_index": said.index, "samples": 1}
            | said.settings
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SamplesError(
            f"{said.file} was made with {field} by Nocturne {said.origin.version}, which this "
            f"version does not know so: {first['msg']}"
        ) from error
    run = plan_run(config, card)
    origin = run.origin.model_copy(update={"version": said.origin.version})
    return run.model_copy(update={"origin": origin})


def _values_of_before() -> dict[str, object]:
    """Return the values that change nothing of the fields that came later than others."""
    fields = {name: changes_of(f).unless for name, f in GenerateConfig.model_fields.items()}
    return {name: unless[0] for name, unless in fields.items() if unless}


def _difference(said: Provenance, card: ModelCard, content: bytes, again: bytes) -> str:
    """Return in one line what differs from the file made again."""
    found, made = (extract(midi) for midi in (content, again))
    same = (
        isinstance(found, Extracted)
        and isinstance(made, Extracted)
        and page_notes_of(found.notes) == page_notes_of(made.notes)
    )
    notes = "the notes agree, other bytes do not" if same else "the notes do not agree"
    if card.weights_sha256 != said.origin.weights_sha256:
        return f"{notes}: model {card.model_id} has other weights than the file was made with"
    return f"{notes}: the file was changed, or version {said.origin.version} made it otherwise"
