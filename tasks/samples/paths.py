"""Where the files of a run lie."""

SAMPLES = "samples"
RUN_FILE, MANIFEST_FILE, INDEX_PAGE = "run.json", "manifest.parquet", "index.html"
PARTS = "parts"  # of a run under way
REQUEST_FILE = f"{PARTS}/request.json"


def run_path(run_id: str, name: str = "") -> str:
    """Folder of a run, or a file in it."""
    return f"{SAMPLES}/{run_id}/{name}".rstrip("/")


def piece_file(index: int, suffix: str) -> str:
    """File name of a sample's MIDI, picture or audio."""
    return f"{index:05d}.{suffix}"


def part_file(number: int) -> str:
    """Manifest rows of a batch, in the folder of a run under way."""
    return f"{PARTS}/part-{number:05d}.parquet"
