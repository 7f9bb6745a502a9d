"""Where a storage root is, and how its paths are spelt."""

from dataclasses import dataclass
from typing import Self

from pyarrow import fs

from nocturne.schemas.config.credentials import without_secrets
from nocturne.tasks.storage.location import open_filesystem, store_options


@dataclass(frozen=True)
class RootPlace:
    """A storage root by its URI. Paths given to methods are relative and use `/`."""

    uri: str
    filesystem: fs.FileSystem
    base: str

    @classmethod
    def open(cls, uri: str, *, create: bool | None = True) -> Self:
        """Open `uri` (a path, file://, s3://, gs://), making a missing folder if `create`.

        If `create` is None, a missing folder is not made, and is read as an empty one. Raises
        StorageError if the folder is missing, not a folder or cannot be made.
        """
        filesystem, base = open_filesystem(uri, create=create)
        return cls(uri, filesystem, base)

    @property
    def is_local(self) -> bool:
        """Whether files lie on this machine's own file system."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    @property
    def key(self) -> str:
        """A name of this root that does not depend on how its URI is spelt; it has no secrets."""
        if self.is_local:
            return self.base
        options = store_options(self.filesystem)
        endpoint = str(options.get("endpoint_override", "")).rpartition("://")[2]
        return f"{self.filesystem.type_name}://{endpoint}/{self.base}"

    def full(self, path: str) -> str:
        """Return `path` as the file system of the root takes it."""
        return f"{self.base}/{path}" if path else self.base

    def object_key(self, path: str) -> str:
        """Return `path` as the object store takes it: relative to the bucket."""
        return self.full(path).partition("/")[2]

    def display_path(self, path: str) -> str:
        """Return `path` as a person would open it."""
        return self.full(path) if self.is_local else f"{without_secrets(self.uri)}/{path}"
