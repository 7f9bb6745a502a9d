"""The commands that check, repair or delete what a storage root holds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from nocturne.flows.cli.application import Flags, Output, app
from nocturne.flows.cli.console import Console
from nocturne.schemas.config import StorageConfig

if TYPE_CHECKING:
    from nocturne.schemas.upkeep import TidyReport
    from nocturne.tasks.storage.root import Root

FINDINGS_LEFT = 3  # the exit code of verify if something is wrong and not repaired


@dataclass(frozen=True)
class DeleteOutput(Output):
    """How a deletion prints its result, and whether it deletes."""

    dry_run: Annotated[
        bool, Parameter(negative="", help="Say what would be deleted; write nothing.")
    ] = False


Place = Annotated[StorageConfig, Flags]
Printing = Annotated[Output, Flags]
Deleting = Annotated[DeleteOutput, Flags]
WithModels = Annotated[bool, Parameter(negative="", help="Its models and champion too.")]

delete = App(name="delete", help="Delete a corpus, model, run or prime that is not in use.")
app.command(delete)


@delete.command
def corpus(
    name: str,
    /,
    *,
    with_models: Annotated[
        bool, Parameter(negative="", help="Its models and champion too.")
    ] = False,
    place: Place = StorageConfig(),
    output: Deleting = DeleteOutput(),
) -> None:
    """Delete the corpus NAME: source files, notes, sequences; not the record of its nights."""
    from nocturne.tasks.upkeep.delete import delete_named_corpus as act

    _delete(place, output, lambda root, dry: act(root, name, with_models=with_models, dry_run=dry))


@delete.command
def model(
    name: str, /, *, place: Place = StorageConfig(), output: Deleting = DeleteOutput()
) -> None:
    """Delete the model NAME, unless it is champion or the one that a roll-back goes to."""
    from nocturne.tasks.upkeep.delete import delete_named_model as act

    _delete(place, output, lambda root, dry: act(root, name, dry_run=dry))


@delete.command
def samples(
    name: str, /, *, place: Place = StorageConfig(), output: Deleting = DeleteOutput()
) -> None:
    """Delete the run of samples NAME: its folder under samples."""
    from nocturne.tasks.upkeep.delete import delete_named_run as act

    _delete(place, output, lambda root, dry: act(root, name, dry_run=dry))


@delete.command
def prime(
    name: str, /, *, place: Place = StorageConfig(), output: Deleting = DeleteOutput()
) -> None:
    """Delete the uploaded song NAME, unless a run of samples continues it."""
    from nocturne.tasks.upkeep.delete import delete_named_prime as act

    _delete(place, output, lambda root, dry: act(root, name, dry_run=dry))


def _delete(
    place: StorageConfig, output: DeleteOutput, act: "Callable[[Root, bool], TidyReport]"
) -> None:
    from nocturne.tasks.storage.root import Root

    root = Root.open(place.root, create=False)
    Console(json=output.json).result(act(root, output.dry_run))


@app.command
def verify(
    file: str | None = None,
    /,
    *,
    repair: Annotated[
        bool,
        Parameter(
            negative="",
            help="Delete what was half written, move published files into place, and roll back "
            "champions that are gone; never what would have to be guessed.",
        ),
    ] = False,
    place: Place = StorageConfig(),
    output: Printing = Output(),
) -> int:
    """Check every marker, hash and pointer; exit 0 if all is whole, 3 if something is left.

    With FILE, a MIDI file that Nocturne made: make it again and say whether its bytes agree.
    """
    if file is not None:
        from nocturne.flows.cli.root_commands.midi_files import verify_file

        return verify_file(file, place, output)
    from nocturne.tasks.storage.root import Root
    from nocturne.tasks.upkeep.verify import verify as check

    report = check(Root.open(place.root, create=False), repair=repair)
    Console(json=output.json).result(report)
    return 0 if report.is_whole else FINDINGS_LEFT
