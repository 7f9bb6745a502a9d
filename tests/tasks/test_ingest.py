from prefect.logging import disable_run_logger

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.ingest import download_source, shard_source
from tests.tasks.sources.archives_for_tests import SAMPLE, tar_gz_of, write_folder
from tests.tasks.sources.http_server import Behaviour, serving


def test_the_tasks_download_and_shard_a_url_once(root):
    how = Behaviour(tar_gz_of(SAMPLE))
    with serving(how) as base, disable_run_logger():
        config = IngestConfig(root=root.uri, corpus="c", source=f"{base}/s.tar.gz")
        assert download_source.fn(config) == "downloads/c/s.tar.gz"
        first = shard_source.fn(config)
        again = shard_source.fn(config)
    assert (first.files, first.reused, again.reused) == (len(SAMPLE), False, True)
    assert [status for *_, status in how.seen] == [200, 304, 304]


def test_a_folder_needs_no_download(root, tmp_path):
    folder = write_folder(tmp_path / "in", SAMPLE)
    with disable_run_logger():
        config = IngestConfig(root=root.uri, corpus="c", source=str(folder))
        assert download_source.fn(config) is None
        assert shard_source.fn(config).files == len(SAMPLE)
