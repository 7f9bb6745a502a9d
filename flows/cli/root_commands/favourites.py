"""The commands that take what a gallery page saves: favourites, and votes of a listening test."""

from pathlib import Path

from nocturne.flows.cli.application import Output, app
from nocturne.flows.cli.console import Console
from nocturne.flows.cli.root_commands.listings import Place, Printing
from nocturne.schemas.config import StorageConfig
from nocturne.schemas.errors import NocturneError, SamplesError, one_line


@app.command
def keep(
    what: str,
    /,
    *indices: int,
    place: Place = StorageConfig(),
    output: Printing = Output(),
) -> None:
    """Copy pieces to the folder kept, where tidy leaves them: RUN INDEX..., or FILE of a gallery.

    FILE is what “Save for nocturne keep” on a gallery page saves.
    """
    from nocturne.tasks.samples.keep import keep_pieces, parse_request
    from nocturne.tasks.storage.root import Root

    run_id, chosen = what, list(indices)
    if not chosen:
        request = parse_request(_content(what), what)
        run_id, chosen = request.run_id, list(request.indices)
    if negative := [index for index in chosen if index < 0]:
        raise SamplesError(f"there is no piece {negative[0]}: pieces count from 0")
    root = Root.open(place.root, create=False)
    Console(json=output.json).result(keep_pieces(root, run_id, chosen))


@app.command
def votes(file: str, /, *, place: Place = StorageConfig(), output: Printing = Output()) -> None:
    """Add the votes of a listening test, FILE of a gallery page, to the report on their model."""
    from nocturne.tasks.model.registry.votes import add_votes, parse_votes
    from nocturne.tasks.pages.model_report.publish import write_report
    from nocturne.tasks.storage.root import Root

    console, root = Console(json=output.json), Root.open(place.root, create=False)
    result = add_votes(root, parse_votes(_content(file), file))
    try:
        write_report(root, result.model_id)
    except (NocturneError, FileNotFoundError) as error:
        console.warn(f"the votes count, but the report was not written again: {one_line(error)}")
    console.result(result)


def _content(path: str) -> bytes:
    """Return a file that a page has saved; SamplesError if it cannot be read."""
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SamplesError(
            f"{path}: {reason}; give a file that a gallery page has saved, or for nocturne keep a "
            "run and the numbers of its pieces"
        ) from error
