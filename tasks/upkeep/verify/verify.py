"""Check a whole storage root, part by part, and repair what can be repaired without guessing.

Repaired are: half-written files, models and runs (deleted), published files that are not in their
place (moved), and champions whose model is gone or damaged (rolled back to the last whole one).
Lost or damaged content is only reported, with the command that makes it again.
"""

import time
from collections.abc import Iterator

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import NocturneError, StoreUnavailableError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.upkeep import Stays
from nocturne.schemas.upkeep.finding import Finding, VerifyReport
from nocturne.tasks.model.registry.champion import all_champions
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.layout import KEPT, SAMPLES
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.primes import kept_primes
from nocturne.tasks.upkeep.verify.corpora import check_corpus, corpus_names
from nocturne.tasks.upkeep.verify.files import (
    check_download,
    check_half_files,
    check_nights,
    check_run,
    download_paths,
)
from nocturne.tasks.upkeep.verify.found import Found
from nocturne.tasks.upkeep.verify.kept import check_kept
from nocturne.tasks.upkeep.verify.models import check_champions, check_half_models, check_model
from nocturne.tasks.upkeep.verify.primes import check_primes


def verify(root: Root, *, repair: bool = False, progress: Progress = silent) -> VerifyReport:
    """Check every marker, hash and pointer; `repair` mends what can be mended. Else reads only.

    `progress` counts corpora, models, runs, kept pieces and downloads.
    """
    corpora, models = corpus_names(root), known_models(root)
    runs, downloads = root.folders(SAMPLES), download_paths(root)
    kept = root.folders(KEPT)
    checked = {
        "corpus": len(corpora),
        "model": len(models),
        "champion": len(all_champions(root)[0]),
        "samples": len(runs),
        "prime": len(kept_primes(root)),
        "kept": len(kept),
        "download": len(downloads),
    }
    now = time.time()
    checks: list[Iterator[Found]] = [
        check_half_files(root, now),
        check_half_models(root, now),
        *(check_corpus(root, name) for name in corpora),
        *(check_model(root, name) for name in models),
        check_champions(root),
        *(check_run(root, name, now) for name in runs),
        *(check_kept(root, name) for name in kept),
        *(check_download(root, path) for path in downloads),
        check_primes(root),
        check_nights(root),
    ]
    findings: list[Finding] = []
    for done, check in enumerate(checks, 1):
        findings += [_repaired(one) if repair else one.finding for one in check]
        progress(done, len(checks))
    if any(finding.repaired for finding in findings):
        write_index_pages(root)
    root_name = without_secrets(root.uri)
    return VerifyReport(root=root_name, checked=checked, findings=tuple(findings))


def _repaired(one: Found) -> Finding:
    """Repair a finding if it can be; return it with what came of that."""
    if one.repair is None:
        return one.finding
    try:
        outcome = one.repair()
    except StoreUnavailableError:
        raise
    except NocturneError as error:
        return one.finding.model_copy(update={"mend": f"not repaired: {error}"})
    if isinstance(outcome, Stays):
        return one.finding.model_copy(update={"mend": f"not repaired: {outcome.why}"})
    return one.finding.model_copy(update={"repaired": True})
