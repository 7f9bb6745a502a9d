"""Multipart uploads that were begun under a root on S3 and never ended: they cost, unseen.

This version begins none: it sends each file in one request. Earlier versions and other tools do.
Listing them needs boto3, which neither pyarrow nor obstore replaces; without it none are found.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from pyarrow import fs

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.upkeep import Removal
from nocturne.tasks.storage.location import store_options
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.measure import Measured


def find_uploads(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield the uploads begun more than `leftover_days` before `now` (seconds since 1970)."""
    for removal, _ in _old_uploads(root, config, now):
        yield removal


def remove_uploads(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """End what `find_uploads` yields, which frees the parts that were sent."""
    for removal, place in list(_old_uploads(root, config, now)):
        with storage_errors("end the upload of", root.display_path(removal.path)), _as_os_errors():
            _client(root.filesystem).abort_multipart_upload(**place)
        yield removal


def _old_uploads(
    root: Root, config: TidyConfig, now: float
) -> Iterator[tuple[Removal, dict[str, str]]]:
    if not isinstance(root.filesystem, fs.S3FileSystem) or find_spec("boto3") is None:
        return
    bucket, _, prefix = root.full("").partition("/")
    prefix = f"{prefix}/" if prefix else ""
    client = _client(root.filesystem)
    with storage_errors("list the uploads of", root.display_path("")), _as_os_errors():
        pages = client.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, Prefix=prefix
        )
        uploads = [upload for page in pages for upload in page.get("Uploads", ())]
    for upload in uploads:
        place = {"Bucket": bucket, "Key": upload["Key"], "UploadId": upload["UploadId"]}
        if Measured(0, 0, upload["Initiated"].timestamp()).is_older(config.leftover_days, now):
            yield _removal(client, place, prefix), place


def _removal(client: Any, place: dict[str, str], prefix: str) -> Removal:
    pages = client.get_paginator("list_parts").paginate(**place)
    sizes = [part["Size"] for page in pages for part in page.get("Parts", ())]
    path = place["Key"].removeprefix(prefix)
    reason = "an upload in parts that was never ended"
    return Removal(
        kind="upload", name=path, path=path, files=len(sizes), bytes=sum(sizes), reason=reason
    )


def _client(filesystem: fs.S3FileSystem) -> Any:
    """Return boto3's client of the store, by the options of the root's URI.

    Missing options come from AWS_* variables, the profile, or the machine's role.
    """
    import boto3

    options = store_options(filesystem)
    endpoint = options.get("endpoint_override")
    if endpoint and "://" not in endpoint:
        endpoint = f"{options.get('scheme', 'https')}://{endpoint}"
    return boto3.client(
        "s3",
        region_name=filesystem.region or "us-east-1",
        endpoint_url=endpoint,
        verify=options.get("tls_ca_file_path"),
        aws_access_key_id=options.get("access_key"),
        aws_secret_access_key=options.get("secret_key"),
        aws_session_token=options.get("session_token"),
    )


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Turn the errors of boto3 into an OSError, as those of other clients are."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
