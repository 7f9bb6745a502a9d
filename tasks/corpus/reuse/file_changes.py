"""How the files of a source differ from those of the corpus that is published."""

from collections import Counter
from contextlib import suppress

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import FileChanges, NoteDataset
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.notes.note_marker import ingest_command
from nocturne.tasks.storage.data_files import find, read_rows
from nocturne.tasks.storage.layout import FILES, RAW, DataFolder, shard_name
from nocturne.tasks.storage.root import Root

Files = Counter[tuple[str, str]]  # path, MD5


def file_changes(root: Root, corpus: str, raw: RawDataset, old: NoteDataset | None) -> FileChanges:
    """Count the files of raw shards against those of the corpus `old`: all new if there is none.

    A file that has another name counts as new, and the one of before as removed.
    """
    if old is None:
        return FileChanges(new=raw.files)
    if old.raw_fingerprint == raw.fingerprint:
        return FileChanges(reused=raw.files)
    mend = ingest_command(root, corpus, raw.source)
    now, before = Files(), Files()
    for number in range(raw.shards):
        path = find(root, DataFolder(RAW, corpus), raw.fingerprint, shard_name(number))
        _add(now, root, path, ["path", "md5"], mend)
    with suppress(CorpusError, FileNotFoundError):  # made again by this ingest
        for name in old.facts.get(FILES, {}):
            path = find(root, DataFolder(FILES, corpus), old.fingerprint, name)
            _add(before, root, path, ["path", "song_id"], mend)
    return _compared(now, before)


def _add(files: Files, root: Root, path: str, columns: list[str], mend: str) -> None:
    table = read_rows(root, path, mend, columns)
    files.update(zip(*(table[name].to_pylist() for name in columns), strict=True))


def _compared(now: Files, before: Files) -> FileChanges:
    reused = (now & before).total()
    same_path = (_paths(now) & _paths(before)).total()
    return FileChanges(
        new=now.total() - same_path,
        changed=same_path - reused,
        reused=reused,
        removed=before.total() - same_path,
    )


def _paths(files: Files) -> Counter[str]:
    return Counter(path for path, _ in files.elements())
