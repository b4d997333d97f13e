"""What our own PostgreSQL and Redis have in common: a folder, a lock, one process."""

import contextlib
import fcntl
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.processes import last_lines, spawn, stop, wait_until


class ServerError(Exception):
    """A server could not be set up or started; the message says why in its own words."""


class Server(ABC):
    """A server with a folder of its own: `url` to reach it, `open()` to start it once."""

    name: str
    variable: str
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    home: Path
    account: dict[str, Any] = {}

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def prepare(self) -> None:
        """Makes the next start possible: a first set-up, or clearing up after a sudden death."""

    @abstractmethod
    def alive(self) -> bool:
        """Whether a server works on this folder, whoever started it, ready or not."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    def open(self, log: Path) -> subprocess.Popen[bytes] | None:
        """Starts the server and waits till it answers; None if one runs here already."""
        with locked(self.home / "lock"):
            wait_until(lambda: self.ready() or not self.alive(), 30)
            if self.ready():
                return None
            self.prepare()
            process = self.spawn(log)
            wait_until(lambda: self.ready() or process.poll() is not None, 60)
            if not self.ready():
                stop(process, signal.SIGKILL, 1)
                raise ServerError(f"{self.name} did not start:\n{last_lines(log)}")
            return process

    def spawn(self, log: Path) -> subprocess.Popen[bytes]:
        return spawn(
            self.command(),
            log=log,
            cwd=self.home,
            death_signal=self.death_signal,
            account=self.account,
        )


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the file's lock, waiting for whoever has it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def folder(path: Path, mode: int) -> Path:
    """The folder, made if missing, with exactly this mode whatever the umask."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path
