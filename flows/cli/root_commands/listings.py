"""The commands that list what a storage root holds, and that compare two models."""

from typing import Annotated

from nocturne.flows.cli.application import Flags, Output, app
from nocturne.flows.cli.console import Console
from nocturne.schemas.config import CorpusConfig, StorageConfig

Place = Annotated[StorageConfig, Flags]
Printing = Annotated[Output, Flags]


@app.command
def models(*, place: Place = StorageConfig(), output: Printing = Output()) -> None:
    """List the trained models of each corpus with their scores, and mark the champions."""
    from nocturne.flows.cli.root_commands.models import list_models

    console, listing = Console(json=output.json), list_models(place.root)
    if output.json:
        console.document({"models": listing.items, "problems": listing.troubles})
    else:
        console.table(listing.columns, listing.rows)
    for problem in listing.troubles:
        console.warn(problem)


@app.command
def corpora(*, place: Place = StorageConfig(), output: Printing = Output()) -> None:
    """List the corpora: songs, notes, what they are prepared as, models, bytes."""
    from nocturne.flows.cli.root_commands.tables import corpus_table
    from nocturne.tasks.storage.root import Root
    from nocturne.tasks.upkeep.listings import list_corpora

    console = Console(json=output.json)
    rows = list_corpora(Root.open(place.root, create=False))
    if output.json:
        console.document({"corpora": rows})
    else:
        console.table(*corpus_table(rows))
    for row in rows:
        if row.damage:
            console.warn(row.damage)


@app.command
def runs(*, place: Place = StorageConfig(), output: Printing = Output()) -> None:
    """List the runs of samples and the nights, the newest first."""
    from nocturne.flows.cli.root_commands.tables import night_table, run_table
    from nocturne.tasks.nights.records import read_nights
    from nocturne.tasks.storage.root import Root
    from nocturne.tasks.upkeep.listings import list_runs

    console, root = Console(json=output.json), Root.open(place.root, create=False)
    rows, (nights, damages) = list_runs(root), read_nights(root)
    if output.json:
        console.document({"samples": rows, "nights": nights[::-1], "problems": damages})
    else:
        console.table(*run_table(rows))
        if nights:
            console.table(*night_table(nights[::-1]))
    for damage in damages:
        console.warn(damage)


@app.command
def prime(
    file: str | None = None,
    /,
    *,
    place: Place = StorageConfig(),
    output: Printing = Output(),
) -> None:
    """Upload FILE, a song for `generate --prime` to continue; without FILE list the uploaded."""
    from nocturne.flows.cli.root_commands.tables import prime_table, track_table
    from nocturne.tasks.primes.store import upload_prime
    from nocturne.tasks.primes.uploads import list_uploaded
    from nocturne.tasks.storage.root import Root

    console = Console(json=output.json)
    if file is not None:
        uploaded = upload_prime(Root.open(place.root), file)
        if output.json:
            console.document(uploaded)
        else:
            console.table(*prime_table([uploaded]))
            console.table(*track_table(uploaded))
        return
    found = list_uploaded(Root.open(place.root, create=False))
    if output.json:
        console.document(found)
    else:
        console.table(*prime_table(found.primes))
    for problem in found.problems:
        console.warn(problem)


@app.command
def usage(*, place: Place = StorageConfig(), output: Printing = Output()) -> None:
    """Say how many bytes the storage root takes, by kind."""
    from nocturne.flows.cli.root_commands.tables import usage_table
    from nocturne.tasks.storage.root import Root
    from nocturne.tasks.upkeep.usage import usage_of

    console, found = Console(json=output.json), usage_of(Root.open(place.root, create=False))
    if output.json:
        console.document(found)
    else:
        console.table(*usage_table(found))


@app.command
def compare(
    first: str,
    second: str,
    /,
    *,
    place: Annotated[CorpusConfig, Flags] = CorpusConfig(),
    output: Printing = Output(),
) -> None:
    """Show two models side by side: FIRST and SECOND are ids, latest or champion."""
    from nocturne.flows.cli.root_commands.comparison import show_comparison

    show_comparison(Console(json=output.json), place, first, second)
