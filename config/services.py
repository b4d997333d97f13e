"""PostgreSQL and Redis where DATABASE_URL or REDIS_URL are not given: a trial, tests.

The same servers as in production, in a folder of the checkout. Nothing here is used in production.
Standard library only, like everything that ./run needs before Django.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from config.postgres import Postgres
from config.processes import CHECKOUT, stop
from config.redis import Redis
from config.server import Server, ServerError, folder


def run_dir() -> Path:
    """The folder for everything that is not source: RUN_DIR, or .run in the checkout."""
    path = Path(os.environ.get("RUN_DIR") or CHECKOUT / ".run").absolute()
    # Open to pass through, because PostgreSQL may run as another user.
    return path if path.exists() else folder(path, 0o711)


def missing(home: Path) -> list[Server]:
    """The services that the environment does not name, to be started in this folder."""
    wanted: list[Server] = []
    if not os.environ.get(Postgres.variable):
        wanted.append(Postgres(home / "postgres"))
    if not os.environ.get(Redis.variable):
        wanted.append(Redis(home / "redis"))
    return wanted


@contextlib.contextmanager
def opened(services: list[Server], home: Path) -> Iterator[dict[str, str]]:
    """Runs the services, yields their addresses by variable, and stops those it started.

    Before stopping it waits for the others who came to use them in the meantime.
    """
    logs = folder(home / "logs", 0o700)
    # The lock outlives the servers: who comes while they stop waits, and starts its own.
    with (home / "users").open("w") as users, contextlib.ExitStack() as stack:
        fcntl.flock(users, fcntl.LOCK_SH)
        started = False
        for service in services:
            process = service.open(logs / f"{service.name}.log")
            if process:
                started = True
                stack.callback(stop, process, service.stop_signal, 10)
        yield {service.variable: service.url for service in services}
        if started:
            fcntl.flock(users, fcntl.LOCK_EX)


@contextlib.contextmanager
def opened_for_tests() -> Iterator[dict[str, str]]:
    """The missing services for this process alone, in the first test folder nobody uses."""
    with contextlib.ExitStack() as stack:
        home = next(home for home in _test_folders() if _taken(home, stack))
        yield stack.enter_context(opened(missing(home), home))


def _test_folders() -> Iterator[Path]:
    for number in range(100):
        yield folder(run_dir() / f"test-{number}", 0o711)
    raise ServerError("A hundred test runs at once: remove the test folders in .run.")


def _taken(home: Path, stack: contextlib.ExitStack) -> bool:
    """Whether the folder is ours from now until the stack ends."""
    file = stack.enter_context((home / "taken").open("w"))
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
