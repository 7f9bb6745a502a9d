"""The commands on what Nocturne has made: a MIDI file, a run of samples."""

from nocturne.flows.cli.application import Output, app
from nocturne.flows.cli.console import Console
from nocturne.flows.cli.root_commands.listings import Place, Printing
from nocturne.schemas.config import StorageConfig

DIFFERS = 3  # the exit code of verify for a file that is not made again just so


@app.command
def explain(file: str, /, *, output: Printing = Output()) -> None:
    """Say how the MIDI file FILE was made: model, seed, settings, corpus, and the command."""
    from nocturne.tasks.samples.provenance.read import read_file, read_provenance

    Console(json=output.json).result(read_provenance(read_file(file), file))


@app.command
def gallery(run: str, /, *, place: Place = StorageConfig(), output: Printing = Output()) -> None:
    """Make the page and the missing audio of the run RUN again, as this version makes them."""
    from nocturne.tasks.samples.renew import renew_gallery
    from nocturne.tasks.storage.root import Root

    root = Root.open(place.root, create=False)
    Console(json=output.json).result(renew_gallery(root, run))


def verify_file(file: str, place: StorageConfig, output: Output) -> int:
    """Make a MIDI file again and print whether its bytes agree; return the exit code."""
    from nocturne.tasks.samples.provenance.check_file import check_file
    from nocturne.tasks.samples.provenance.read import read_file
    from nocturne.tasks.storage.root import Root

    content = read_file(file)
    checked = check_file(Root.open(place.root, create=False), content, file)
    Console(json=output.json).result(checked)
    return 0 if checked.agrees else DIFFERS
