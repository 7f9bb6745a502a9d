"""Where everything of a corpus lies under a storage root: every path of it, spelt once.

    raw/<corpus>/  notes/<corpus>/  files/<corpus>/     shard-NNNNN.parquet
    families/<corpus>/                                  families.parquet
    sequences/<corpus>/<scheme>/                        train.parquet, valid.parquet, test.parquet
    songs/<corpus>/<scheme>/                            songs.parquet
    vocabularies/<corpus>/<scheme>/                     vocabulary.json
    statistics/<corpus>/                                quality.parquet
    quality/<corpus>/report.html                        the quality report as a page
    corpora/<corpus>/*.json                             completion markers
    downloads/<corpus>/                                 archives, with what is known of each
    staging/<corpus>/<kind>-<generation>/               what is not published yet

A folder of Parquet files holds nothing else, so that any tool reads it as one table.
Older versions kept markers, downloads and staged files inside those folders: see `old_*`.
"""

from dataclasses import dataclass

from nocturne.schemas.config import SchemeName

PARQUET = ".parquet"
CORPORA = "corpora"
RAW = "raw"
NOTES = "notes"
CORPUS_KINDS = (  # folders that hold something of each corpus, under its name
    RAW,
    NOTES,
    "files",
    "families",
    "sequences",
    "songs",
    "vocabularies",
    "statistics",
    "quality",
    "staging",
    CORPORA,
)
FAMILIES_FILE = "families.parquet"
SEQUENCES = "sequences"
SONGS = "songs"
SONGS_FILE = "songs.parquet"
VOCABULARIES = "vocabularies"
VOCABULARY_FILE = "vocabulary.json"


@dataclass(frozen=True)
class DataFolder:
    """A published folder, and the staging folders of its next generations."""

    kind: str
    corpus: str
    scheme: str = ""

    @property
    def path(self) -> str:
        """The folder that readers know."""
        return "/".join(part for part in (self.kind, self.corpus, self.scheme) if part)

    @property
    def old_path(self) -> str:
        """Where older versions kept these files."""
        kind = SEQUENCES if self.kind in (SONGS, VOCABULARIES) else self.kind
        return "/".join(part for part in (kind, self.corpus, self.scheme) if part)

    @property
    def staging_prefix(self) -> str:
        """How the names of this folder's staging folders begin."""
        return "".join(f"{part}-" for part in (self.kind, self.scheme) if part)

    def staging(self, generation: str) -> str:
        """Folder of a generation's files until they are in place."""
        return f"{staging_of(self.corpus)}/{self.staging_prefix}{generation}"


def split_file(split: str) -> str:
    """File name of a split."""
    return f"{split}{PARQUET}"


def shard_name(number: int) -> str:
    """File name of one shard, the same in every folder."""
    return f"shard-{number:05d}{PARQUET}"


def shard_number(name: str) -> int:
    """Number of the shard with this file name; -1 if it is none."""
    number = name.removeprefix("shard-").removesuffix(PARQUET)
    return int(number) if number.isdecimal() and shard_name(int(number)) == name else -1


def staging_of(corpus: str) -> str:
    """Folder of everything of a corpus that is not published yet."""
    return f"staging/{corpus}"


def downloads_of(corpus: str) -> str:
    """Folder of the archives that a corpus was made from."""
    return f"downloads/{corpus}"


def old_downloads_of(corpus: str) -> str:
    """Where older versions kept downloads."""
    return f"raw/{corpus}/archive"


def markers_of(corpus: str) -> str:
    """Folder of a corpus's completion markers."""
    return f"{CORPORA}/{corpus}"


def raw_marker(corpus: str) -> str:
    """Completion marker of the raw shards."""
    return f"{markers_of(corpus)}/raw.json"


def notes_marker(corpus: str) -> str:
    """Completion marker of the notes, file manifests and families."""
    return f"{markers_of(corpus)}/notes.json"


def sequences_marker(corpus: str, scheme: SchemeName) -> str:
    """Completion marker of the sequences, songs and vocabulary."""
    return f"{markers_of(corpus)}/sequences-{scheme}.json"


def quality_marker(corpus: str) -> str:
    """Completion marker of the quality report."""
    return f"{markers_of(corpus)}/quality.json"


def old_marker(folder: DataFolder) -> str:
    """Where older versions kept the completion marker of a folder."""
    return f"{folder.old_path}/dataset.json"


def quality_page_path(corpus: str) -> str:
    """The quality report as a page."""
    return f"quality/{corpus}/report.html"


def statistics_path(corpus: str) -> str:
    """The quality report as a table."""
    return f"statistics/{corpus}/quality.parquet"
