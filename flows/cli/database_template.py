"""The empty database of a temporary Prefect server, kept from one command to the next.

To make the tables of an empty database takes half of the time that a Prefect server needs to
start. The first command makes them and keeps a copy in the user's cache folder.
"""

import os
import shutil
import sqlite3
from contextlib import ExitStack, closing, suppress
from importlib.metadata import version
from pathlib import Path

from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.scratch import user_cache


def copy_template(database: Path) -> bool:
    """Copy the kept database to `database`; return False if there is none that can be read."""
    try:
        shutil.copyfile(_template(), database)
        with closing(sqlite3.connect(database)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except (FileNotFoundError, PermissionError, StorageError):
        return False
    except sqlite3.Error:  # damaged: the server makes a new one
        delete_database(database)
        return False


def keep_template(database: Path) -> None:
    """Keep a copy of `database`, whose server has just started; without it starts are slower."""
    with suppress(OSError, sqlite3.Error, StorageError), ExitStack() as stack:
        tmp_path = _template().with_name(f"{_template().name}.{os.getpid()}")
        stack.callback(tmp_path.unlink, missing_ok=True)
        with (
            closing(sqlite3.connect(database)) as connection,
            closing(sqlite3.connect(tmp_path)) as copy,
        ):
            connection.backup(copy)
        tmp_path.replace(_template())


def forget_template() -> None:
    """Delete the kept database."""
    with suppress(OSError, StorageError):
        _template().unlink(missing_ok=True)


def delete_database(database: Path) -> None:
    """Delete a database and its journals."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def _template() -> Path:
    """Return where the database that this version of Prefect needs is kept."""
    return user_cache() / f"prefect-{version('prefect')}.db"
