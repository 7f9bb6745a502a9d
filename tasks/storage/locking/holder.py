"""Who holds a lock, as named in the message to other processes."""

import os
import socket
import threading
from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError


class Holder(BaseModel):
    """The process and thread that hold a lock, their work, and the folders that it needs.

    `needs` are paths of a storage root that must not be deleted meanwhile. A holder that is
    `passing` only looks whether the lock is in use, and releases it at once.
    """

    model_config = ConfigDict(frozen=True)

    work: str
    host: str
    pid: int
    thread: int
    since: datetime
    needs: tuple[str, ...] = ()
    passing: bool = False

    @classmethod
    def current(cls, work: str, needs: tuple[str, ...] = (), *, passing: bool = False) -> Self:
        """Return the calling thread as a holder from now on."""
        return cls(
            work=work,
            host=socket.gethostname(),
            pid=os.getpid(),
            thread=threading.get_ident(),
            since=datetime.now(UTC),
            needs=needs,
            passing=passing,
        )

    @classmethod
    def parse(cls, content: bytes) -> Self | None:
        """Return the holder in a lock's content; None if there is none yet."""
        try:
            return cls.model_validate_json(content)
        except ValidationError:
            return None

    def is_this_thread(self) -> bool:
        """Whether the calling thread itself is the holder."""
        here = Holder.current("")
        return (self.host, self.pid, self.thread) == (here.host, here.pid, here.thread)

    def __str__(self) -> str:
        return f"{self.work} (host {self.host}, pid {self.pid}, since {self.since:%F %T} UTC)"
