"""The catalog of a storage root: where every file lies, which stage writes it, what it is for.

    path                                               written by  what it is
    downloads/<corpus>/<archive>                       ingest      a downloaded archive, as it came
    downloads/<corpus>/<archive>.download.json         ingest      DownloadRecord of that archive
    raw/<corpus>/shard-NNNNN.parquet                   ingest      the files of the source, as bytes
    notes/<corpus>/shard-NNNNN.parquet                 ingest      notes of the accepted songs
    files/<corpus>/shard-NNNNN.parquet                 ingest      what became of every input file
    families/<corpus>/families.parquet                 ingest      songs that are near duplicates
    statistics/<corpus>/quality.parquet                ingest      the quality report as a table
    quality/<corpus>/report.html                       ingest      the quality report as a page
    sequences/<corpus>/<scheme>/<split>.parquet        prepare     category ids: train, valid, test
    songs/<corpus>/<scheme>/songs.parquet              prepare     split and length of every song
    vocabularies/<corpus>/<scheme>/vocabulary.json     prepare     what the category ids mean
    vocabularies/<corpus>/<scheme>/continuation.json   prepare     what the next prepare starts from
    corpora/<corpus>/{raw,notes,quality}.json          ingest      completion markers
    corpora/<corpus>/sequences-<scheme>.json           prepare     completion marker
    staging/<corpus>/<kind>-<generation>/              both        files that are not in place yet
    models/<model>/{weights,primers}.safetensors       train       weights; random inputs
    models/<model>/{config,vocabulary}.json            train       what the weights belong to
    models/<model>/learned.parquet                     train       the songs it was trained on
    models/<model>/{history,metrics}.json              train       figures of training and of tests
    models/<model>/judged.safetensors                  train       the samples that were evaluated
    models/<model>/corpus.json                         train       ModelCorpus: what it learned from
    models/<model>/report.html                         train       the model report as a page
    models/<model>/compare-<other>.html                retrain,    the model beside another one
                                                       compare
    models/<model>/votes/<session>.json                votes       votes of a listening test
    models/<model>/card.json                           train       ModelCard, completes the model
    models/champions/<corpus>/<scheme>.json            train,      the champion and its history
                                                       promote
    nights/<corpus>/<start>-<run>.json                 retrain     NightRecord of one retrain run
    nights/<corpus>/under-way/<start>-<run>.json       retrain     the same, while it runs
    samples/<run>/NNNNN.{mid,png,ogg}                  generate    the first 1,000 pieces of a run
    samples/<run>/NN/NNNNN.{mid,ogg}                   generate    the next ones, 1,000 in a folder
    samples/<run>/manifest.parquet                     generate    one row for each piece
    samples/<run>/notes.parquet                        generate    the notes of every piece
    samples/<run>/run.json                             generate    SampleRun, completes the run
    samples/<run>/{index,page-N}.html                  generate    the gallery
    samples/<run>/parts/                               generate    a run that is under way
    primes/<sha256>.mid                                generate,   a song that samples continue, as
                                                       prime       it came
    primes/<sha256>.json                               prime       UploadedPrime: its name
    {samples,models,quality}/index.html                all         index pages of what there is
    kept/<run>/NNNNN.{mid,ogg}                         keep        pieces that a person keeps
    kept/<run>/kept.json                               keep        KeptRun: what is kept
    format.json                                        all         version of this layout
    .cache/locks/<name>.lock                           all         one file for each lock in use
    .cache/{sequences,checkpoints}/                    train       copies and checkpoints, on this
                                                                   machine alone
    .cache/sources/<corpus>/<generation>.parquet       ingest      what the source's files were when
                                                                   they were read, likewise

A stage is complete when its marker is written (`corpora/`, `card.json`, `run.json`), and everything
else of it is written before. A folder of Parquet files holds nothing else, so that any tool reads
it as one table. Older versions kept some files elsewhere: see the names that begin with `old`.
"""

from dataclasses import dataclass

from nocturne.schemas.config import SchemeName

PARQUET = ".parquet"
UNFINISHED = ".tmp-"  # how the names of files that are being written begin
RAW, NOTES, FILES, FAMILIES = "raw", "notes", "files", "families"
SEQUENCES, SONGS, VOCABULARIES = "sequences", "songs", "vocabularies"
STATISTICS, QUALITY = "statistics", "quality"
STAGING, CORPORA, DOWNLOADS = "staging", "corpora", "downloads"
EXTRACTED = "extracted"  # file manifests with duplicates; staged, never published
CORPUS_KINDS = (  # folders that hold something of each corpus, under its name
    RAW,
    NOTES,
    FILES,
    FAMILIES,
    SEQUENCES,
    SONGS,
    VOCABULARIES,
    STATISTICS,
    QUALITY,
    STAGING,
    CORPORA,
)
FAMILIES_FILE = "families.parquet"
SONGS_FILE = "songs.parquet"
VOCABULARY_FILE = "vocabulary.json"
CONTINUATION_FILE = "continuation.json"

MODELS = "models"
CHAMPIONS = f"{MODELS}/champions"  # the one folder beside those of the models
OLD_CHAMPION = f"{MODELS}/champion.json"  # the champion of a whole root, of older versions
# The files of a model's folder, beside its vocabulary; CARD_FILE is written last and completes it.
WEIGHTS_FILE = "weights.safetensors"
PRIMERS_FILE = "primers.safetensors"  # the random inputs
CONFIG_FILE = "config.json"  # network shape, training config, SHA-256 of the files above
HISTORY_FILE = "history.json"  # the evaluations during training
LEARNED_FILE = "learned.parquet"  # the songs of its training split
METRICS_FILE = "metrics.json"
EVALUATED_FILE = "judged.safetensors"  # the samples that the metrics are of
CORPUS_FILE = "corpus.json"  # what the corpus was like, and its drift
CARD_FILE = "card.json"
VOTES = "votes"  # a folder

NIGHTS = "nights"  # the history of retrain runs; no corpus's writer clears it

SAMPLES = "samples"
PARTS = "parts"
# The files of a run's folder.
RUN_FILE = "run.json"
MANIFEST_FILE = "manifest.parquet"
NOTES_FILE = "notes.parquet"  # of all pieces, for the pages
REQUEST_FILE = f"{PARTS}/request.json"  # what the run that is under way is to become

FOLDER_PIECES = 1000  # of a run in one folder: a listing stays quick
PRIMES = "primes"
PRIME_FILE, PRIME_RECORD = ".mid", ".json"  # suffixes of a song's bytes and of its name
KEPT = "kept"  # nothing is deleted from here by itself
KEPT_FILE = "kept.json"

LAYOUT = 3  # raised when earlier versions cannot read what this one writes
FORMAT_FILE = "format.json"  # RootFormat; a root without it has layout 1

INDEX_PAGE = "index.html"
REPORT_PAGE = "report.html"
COMPARISON_PREFIX, PAGE_SUFFIX = "compare-", ".html"

CACHE = ".cache"
LOCKS = "locks"  # in CACHE, as the next two
SEQUENCES_CACHE = "sequences"
CHECKPOINTS = "checkpoints"
LOCK_SUFFIX = ".lock"
CHECKPOINT_FILE = "checkpoint.safetensors"


@dataclass(frozen=True)
class DataFolder:
    """A published folder, and the staging folders of its next generations."""

    kind: str
    corpus: str
    scheme: str = ""

    @property
    def path(self) -> str:
        """Return the folder of the files once they are in place."""
        return "/".join(part for part in (self.kind, self.corpus, self.scheme) if part)

    @property
    def old_path(self) -> str:
        """Return where older versions kept these files."""
        kind = SEQUENCES if self.kind in (SONGS, VOCABULARIES) else self.kind
        return "/".join(part for part in (kind, self.corpus, self.scheme) if part)

    @property
    def staging_prefix(self) -> str:
        """Return the start of the names of this folder's staging folders."""
        return "".join(f"{part}-" for part in (self.kind, self.scheme) if part)

    def staging(self, generation: str) -> str:
        """Return the folder of a generation's files until they are in place."""
        return f"{staging_of(self.corpus)}/{self.staging_prefix}{generation}"


def split_file(split: str) -> str:
    """Return the file name of a split."""
    return f"{split}{PARQUET}"


def shard_name(number: int) -> str:
    """Return the file name of one shard, the same in every folder."""
    return f"shard-{number:05d}{PARQUET}"


def shard_number(name: str) -> int:
    """Return the number of the shard with this file name; -1 if it is none."""
    number = name.removeprefix("shard-").removesuffix(PARQUET)
    return int(number) if number.isdecimal() and shard_name(int(number)) == name else -1


def staging_of(corpus: str) -> str:
    """Return the folder of everything of a corpus that is not published yet."""
    return f"{STAGING}/{corpus}"


def downloads_of(corpus: str) -> str:
    """Return the folder of the archives that a corpus was made from."""
    return f"{DOWNLOADS}/{corpus}"


def download_record(archive: str) -> str:
    """Return the path of the DownloadRecord of `archive`, which is written before the archive."""
    return f"{archive}.download.json"


def old_downloads_of(corpus: str) -> str:
    """Return where older versions kept downloads."""
    return f"{RAW}/{corpus}/archive"


def markers_of(corpus: str) -> str:
    """Return the folder of a corpus's completion markers."""
    return f"{CORPORA}/{corpus}"


def raw_marker(corpus: str) -> str:
    """Return the completion marker of the raw shards."""
    return f"{markers_of(corpus)}/raw.json"


def staged_raw_marker(corpus: str, generation: str) -> str:
    """Return the completion marker of raw shards that are staged and not yet published."""
    return f"{DataFolder(RAW, corpus).staging(generation)}.json"


def notes_marker(corpus: str) -> str:
    """Return the completion marker of the notes, file manifests and families."""
    return f"{markers_of(corpus)}/notes.json"


def sequences_marker(corpus: str, scheme: SchemeName) -> str:
    """Return the completion marker of the sequences, songs and vocabulary."""
    return f"{markers_of(corpus)}/sequences-{scheme}.json"


def quality_marker(corpus: str) -> str:
    """Return the completion marker of the quality report."""
    return f"{markers_of(corpus)}/quality.json"


def old_marker(folder: DataFolder) -> str:
    """Return where older versions kept the completion marker of a folder."""
    return f"{folder.old_path}/dataset.json"


def quality_page_path(corpus: str) -> str:
    """Return the quality report as a page."""
    return f"{QUALITY}/{corpus}/{REPORT_PAGE}"


def statistics_path(corpus: str) -> str:
    """Return the quality report as a table."""
    return f"{STATISTICS}/{corpus}/quality.parquet"


def model_path(model_id: str, name: str = "") -> str:
    """Return the folder of a model, or the file `name` in it."""
    return f"{MODELS}/{model_id}/{name}".rstrip("/")


def votes_path(model_id: str, name: str = "") -> str:
    """Return the folder of the votes of listening tests on a model, or the file `name` in it."""
    return f"{model_path(model_id, VOTES)}/{name}".rstrip("/")


def comparison_path(model_id: str, other: str) -> str:
    """Return the page that shows a model beside another one."""
    return model_path(model_id, f"{COMPARISON_PREFIX}{other}{PAGE_SUFFIX}")


def champion_path(corpus: str, scheme: str) -> str:
    """Return the champion of a corpus and scheme, with its history."""
    return f"{CHAMPIONS}/{corpus}/{scheme}.json"


def nights_of(corpus: str) -> str:
    """Return the folder of the records of a corpus's nights."""
    return f"{NIGHTS}/{corpus}"


def night_path(corpus: str, name: str) -> str:
    """Return the record of one night; `name` begins with its start and ends with its run."""
    return f"{nights_of(corpus)}/{name}.json"


def under_way_of(corpus: str) -> str:
    """Return the folder of the nights of a corpus that have begun and not ended."""
    return f"{nights_of(corpus)}/under-way"


def under_way_path(corpus: str, name: str) -> str:
    """Return the mark of a night that is under way, which is its record if it crashes."""
    return f"{under_way_of(corpus)}/{name}.json"


def run_path(run_id: str, name: str = "") -> str:
    """Return the folder of a generation run, or the file `name` in it."""
    return f"{SAMPLES}/{run_id}/{name}".rstrip("/")


def kept_path(run_id: str, name: str = "") -> str:
    """Return the folder of the kept pieces of a run, or the file `name` in it."""
    return f"{KEPT}/{run_id}/{name}".rstrip("/")


def part_file(number: int) -> str:
    """Return the file name of the manifest rows of one batch, while the run is under way."""
    return f"{PARTS}/part-{number:05d}{PARQUET}"


def notes_part(first_index: int) -> str:
    """Return the file name of the notes of the batch that begins there, while it is under way."""
    return f"{PARTS}/notes-{first_index:05d}{PARQUET}"


def piece_file(index: int, suffix: str) -> str:
    """Return the path in a run's folder of one piece's file; `suffix` is mid, png, ogg, ...

    The first thousand lie in the run's folder, every further thousand in a folder whose name is
    what those of its files begin with: 00999.mid, 01/01000.mid, 123/123456.mid.
    """
    name = f"{index:05d}.{suffix}"
    return name if index < FOLDER_PIECES else f"{index // FOLDER_PIECES:02d}/{name}"


def prime_path(sha256: str) -> str:
    """Return the bytes of a song that samples continue, by the SHA-256 of the bytes."""
    return f"{PRIMES}/{sha256}{PRIME_FILE}"


def prime_record_path(sha256: str) -> str:
    """Return the record of a song that was uploaded."""
    return f"{PRIMES}/{sha256}{PRIME_RECORD}"


def index_page_path(section: str) -> str:
    """Return the index page of a section: SAMPLES (runs), MODELS or QUALITY (corpora)."""
    return f"{section}/{INDEX_PAGE}"


def lock_path(name: str) -> str:
    """Return the lock of that name: a file on a local root, a lease on an object store."""
    return f"{CACHE}/{LOCKS}/{name}{LOCK_SUFFIX}"


def sources_cache(corpus: str) -> str:
    """Return the folder, in CACHE, of the records of what was seen of a corpus's source."""
    return f"sources/{corpus}"


def checkpoints_of(model_id: str) -> str:
    """Return the folder, in CACHE, of the checkpoints of a training that is under way."""
    return f"{CHECKPOINTS}/{model_id}"
