"""Delete what a person names: a corpus, a model, a run of samples; never what is in use."""

from collections.abc import Iterable

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import BusyError, CorpusError, ModelError, SamplesError
from nocturne.schemas.model_card import Champion, ModelCard
from nocturne.schemas.upkeep import Removal, Stays, TidyReport
from nocturne.tasks.corpus.reuse.reading_record import delete_records
from nocturne.tasks.model.registry.champion import all_champions, lock_name
from nocturne.tasks.model.registry.models import read_card, read_cards
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.layout import (
    CHAMPIONS,
    CORPUS_KINDS,
    MODELS,
    SAMPLES,
    STAGING,
    champion_path,
    downloads_of,
    markers_of,
    model_path,
    run_path,
)
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import locked
from nocturne.tasks.upkeep.kept_models import CHAMPION, ModelLine, champion_needs
from nocturne.tasks.upkeep.measure import measure
from nocturne.tasks.upkeep.models import delete_model, model_removal
from nocturne.tasks.upkeep.primes import delete_prime, named_prime
from nocturne.tasks.upkeep.samples import delete_run, published_times, run_removal

ASKED = "asked for"


def delete_named_model(root: Root, model_id: str, *, dry_run: bool = False) -> TidyReport:
    """Delete a model; ModelError if there is none, or if a champion or roll-back needs it.

    BusyError if a running process needs it.
    """
    if model_id not in root.folders(MODELS) or model_path(model_id) == CHAMPIONS:
        raise ModelError(
            f"no model {model_id} under {root.display_path(MODELS)}: nocturne models lists them"
        )
    removal = model_removal(root, model_id, ASKED)
    try:
        card = read_card(root, model_id)
    except ModelError:  # unfinished or damaged: as a champion it would not work
        return _finish(root, [removal] if dry_run else [delete_model(root, removal)], dry_run)
    with locked(root, lock_name(card.corpus, card.config.scheme)):
        _require_unneeded(root, card)
        return _finish(root, [removal] if dry_run else [delete_model(root, removal)], dry_run)


def delete_named_run(root: Root, run_id: str, *, dry_run: bool = False) -> TidyReport:
    """Delete a run of samples; SamplesError if there is none, BusyError if it is being written."""
    if run_id not in root.folders(SAMPLES):
        raise SamplesError(
            f"no run {run_id} under {root.display_path(SAMPLES)}: nocturne runs lists them"
        )
    removal = run_removal(run_id, measure(root, run_path(run_id)), ASKED)
    (published,) = published_times(root, [run_id])
    return _finish(root, [removal] if dry_run else [delete_run(root, removal, published)], dry_run)


def delete_named_prime(root: Root, name: str, *, dry_run: bool = False) -> TidyReport:
    """Delete an uploaded song; SamplesError if there is none or a run continues it."""
    removal = named_prime(root, name)
    return _finish(root, [removal] if dry_run else [delete_prime(root, removal)], dry_run)


def delete_named_corpus(
    root: Root, corpus: str, *, with_models: bool = False, dry_run: bool = False
) -> TidyReport:
    """Delete a corpus, and its models if `with_models`; the record of its nights stays.

    CorpusError if there is none, or if it has a champion, whose successors are compared with it on
    its songs; BusyError if a running process needs it.
    """
    if not any(corpus in root.folders(kind) for kind in CORPUS_KINDS):
        raise CorpusError(
            f"no corpus {corpus} under {without_secrets(root.uri)}: nocturne corpora lists them"
        )
    champions = [one for one in all_champions(root)[0] if one.corpus == corpus]
    if champions and not with_models:
        names = " and ".join(f"{one.model_id} ({one.scheme})" for one in champions)
        raise CorpusError(
            f"corpus {corpus} stays: its champion {names} is compared with candidates on its "
            "songs; --with-models deletes champion, models and corpus"
        )
    removals = [_corpus_removal(root, corpus)]
    if with_models:
        cards = [card for card in read_cards(root)[0] if card.corpus == corpus]
        removals = [*(model_removal(root, card.model_id, ASKED) for card in cards), *removals]
    if dry_run:
        return _finish(root, removals, dry_run)
    with deleting(root, markers_of(corpus)):
        outcomes = _delete_models(root, champions, removals[:-1])
        _delete_corpus(root, corpus)
    return _finish(root, [*outcomes, removals[-1]], dry_run)


def _require_unneeded(root: Root, card: ModelCard) -> None:
    """Raise ModelError if the model is champion, or the one that a roll-back goes to."""
    cards = [one for one in read_cards(root)[0] if one.corpus == card.corpus]
    line = ModelLine(
        card.corpus,
        card.config.scheme,
        tuple(one for one in cards if one.config.scheme == card.config.scheme),
    )
    needed = champion_needs(root, line, earlier=1, rivals=False)
    if why := needed.get(card.model_id):
        use = f"is {CHAMPION} of" if why == CHAMPION else "is the one that a roll-back goes to, of"
        raise ModelError(
            f"model {card.model_id} stays: it {use} {line.words}; promote another first with "
            "nocturne promote MODEL"
        )


def _delete_models(
    root: Root, champions: Iterable[Champion], removals: Iterable[Removal]
) -> list[Removal | Stays]:
    """Delete the pointers to the champions, then the models."""
    for champion in champions:
        with locked(root, lock_name(champion.corpus, champion.scheme)):
            root.delete(champion_path(champion.corpus, champion.scheme))
    outcomes = [delete_model(root, removal) for removal in removals]
    if busy := [one for one in outcomes if isinstance(one, Stays)]:
        raise BusyError(busy[0].why)
    return outcomes


def _corpus_removal(root: Root, corpus: str) -> Removal:
    folders = [*(f"{kind}/{corpus}" for kind in CORPUS_KINDS), downloads_of(corpus)]
    measured = [measure(root, folder) for folder in folders]
    return Removal(
        kind="corpus",
        name=corpus,
        path=markers_of(corpus),
        files=sum(one.files for one in measured),
        bytes=sum(one.bytes for one in measured),
        reason=ASKED,
    )


def _delete_corpus(root: Root, corpus: str) -> None:
    """Delete the markers first, those of what was made last before those that it was made from."""
    for path in sorted(root.files(markers_of(corpus)), key=_made_last):
        root.delete(path)
    kinds = [kind for kind in CORPUS_KINDS if kind != STAGING]
    for folder in (*(f"{kind}/{corpus}" for kind in (*kinds, STAGING)), downloads_of(corpus)):
        root.delete(folder)
    delete_records(root, corpus)


def _made_last(marker: str) -> int:
    name = marker.rpartition("/")[2].partition(".")[0].partition("-")[0]
    return {"quality": 0, "sequences": 1, "notes": 2, "raw": 3}.get(name, 0)


def _finish(
    root: Root, outcomes: list[Removal] | list[Removal | Stays], dry_run: bool
) -> TidyReport:
    """Return the report, the index pages written anew; BusyError if what was asked for stays."""
    removed = tuple(one for one in outcomes if isinstance(one, Removal))
    for stays in outcomes:
        if isinstance(stays, Stays):
            raise BusyError(stays.why)
    if removed and not dry_run:
        write_index_pages(root)
    return TidyReport(root=without_secrets(root.uri), dry_run=dry_run, removed=removed)
