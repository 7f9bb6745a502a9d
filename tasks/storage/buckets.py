"""Clients of one bucket, by the options of the storage root's URI: S3 and GCS, through obstore."""

import configparser
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from obstore.store import GCSStore, S3Store

CLIENT = {"timeout": timedelta(seconds=10), "connect_timeout": timedelta(seconds=5)}
NO_RETRIES: Any = {"max_retries": 0}  # with_retries has one policy for all


def s3_bucket(bucket: str, options: dict[str, Any], region: str) -> S3Store:
    """Return a bucket by the options of its URI.

    Missing options come from AWS_* variables, the profile, or the machine's role.
    """
    scheme = options.get("scheme", "https")
    config: dict[str, Any] = {"region": region or "us-east-1"}
    if endpoint := options.get("endpoint_override"):
        config["endpoint"] = endpoint if "://" in endpoint else f"{scheme}://{endpoint}"
    if options.get("anonymous"):
        config["skip_signature"] = True
    elif "access_key" in options:
        config["access_key_id"] = options["access_key"]
        config["secret_access_key"] = options["secret_key"]
        config["session_token"] = options.get("session_token")
    elif "AWS_ACCESS_KEY_ID" not in os.environ:
        config |= _profile()
    client: Any = CLIENT | {"allow_http": True}
    if certificates := options.get("tls_ca_file_path"):
        client["root_certificate"] = Path(certificates).read_bytes()
    given: Any = {name: value for name, value in config.items() if value is not None}
    return S3Store(bucket, client_options=client, retry_config=NO_RETRIES, **given)


def _profile() -> dict[str, str | None]:
    """Return the keys of the AWS profile, if its credentials file has any."""
    place = os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    file = configparser.RawConfigParser()
    file.read(Path(place).expanduser())
    profile = os.environ.get("AWS_PROFILE", "default")
    if not file.has_option(profile, "aws_access_key_id"):
        return {}
    return {
        "access_key_id": file.get(profile, "aws_access_key_id"),
        "secret_access_key": file.get(profile, "aws_secret_access_key", fallback=None),
        "session_token": file.get(profile, "aws_session_token", fallback=None),
    }


def gcs_bucket(bucket: str, options: dict[str, Any]) -> GCSStore:
    """Return a bucket by the options of its URI, with the application default credentials."""
    config: dict[str, Any] = {}
    if options.get("anonymous"):
        config["skip_signature"] = True
    if "access_token" in options:
        config["bearer_token"] = options["access_token"]
    if endpoint := options.get("endpoint_override"):
        config["base_url"] = f"{options.get('scheme', 'https')}://{endpoint}"
    client: Any = CLIENT | {"allow_http": True}
    return GCSStore(bucket, client_options=client, retry_config=NO_RETRIES, **config)
