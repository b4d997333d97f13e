"""Keeps the parts of ./run alive: web, workers, scheduler, and the servers it started."""

import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.processes import kill_group, last_lines, spawn, stop
from config.server import Server, ServerError, folder

DEATHS, SECONDS = 3, 10  # so many deaths of one part in so many seconds end everything
# Of several workers one may die as often as it likes while another works: they are given up when
# each of them died so often within so many seconds.
SECONDS_OF_TWINS = 8


class KeepsDying(Exception):
    """A part died too often; the message ends with its last lines."""


@dataclass
class Part:
    """One process to keep alive. `start` gets the log file; it returns None while somebody
    else's process does the work, for which `elsewhere` is then asked.
    """

    name: str
    start: Callable[[Path], subprocess.Popen[bytes] | None]
    stop_signal: int = signal.SIGTERM
    elsewhere: Callable[[], bool] = lambda: False
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))

    def gone(self) -> bool:
        if self.process is None:
            return not self.elsewhere()
        return self.process.poll() is not None

    @property
    def kind(self) -> str:
        """What does the same work: all the workers, each other part for itself."""
        return "worker" if self.name.startswith("worker-") else self.name

    def died_too_often(self, seconds: float) -> bool:
        """Whether its last deaths all lie within so many seconds before now."""
        return len(self.deaths) == DEATHS and time.monotonic() - self.deaths[0] <= seconds


def program(
    name: str, command: list[str], env: dict[str, str], death_signal: int = signal.SIGKILL
) -> Part:
    """A part that is one command of ours."""
    return Part(name, lambda log: spawn(command, log=log, env=env, death_signal=death_signal))


def served(server: Server) -> Part:
    """A part that is a PostgreSQL or Redis of ours, unless another ./run has it running."""
    return Part(server.name, server.open, server.stop_signal, server.alive)


class Supervisor:
    """Starts parts, restarts those that die, and stops them all in the opposite order."""

    def __init__(self, logs: Path, say: Callable[[str], None] = print) -> None:
        self.logs = folder(logs, 0o700)
        self.say = say
        self.parts: list[Part] = []
        self.stopping = False

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.end())
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(self.parts):
            if part.process:
                stop(part.process, part.stop_signal, 10)

    def end(self) -> None:
        self.stopping = True

    def add(self, part: Part) -> None:
        """Starts a part and keeps it alive from now on; says its name and process id."""
        if not self.stopping:
            self._log(part).unlink(missing_ok=True)
            self.parts.append(part)
            self._start(part)

    def once(self, command: list[str], env: dict[str, str]) -> bool:
        """Runs a command to its end with our own output; False if it failed or we must stop."""
        if self.stopping:
            return False
        process = spawn(command, env=env)
        while process.poll() is None and not self.stopping:
            time.sleep(0.05)
        stop(process, signal.SIGTERM, 5)
        return process.returncode == 0 and not self.stopping

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Restarts what dies until the condition holds or a signal says stop."""
        while not self.stopping and not until():
            for part in self.parts:
                if part.gone():
                    self._restart(part)
            time.sleep(0.2)

    def _start(self, part: Part) -> None:
        part.process = part.start(self._log(part))
        if part.process:
            self.say(f"{part.name} {part.process.pid}")

    def _restart(self, part: Part) -> None:
        if part.process:
            print(f"{part.name} ended ({part.process.returncode}), again:", file=sys.stderr)
            kill_group(part.process)
        part.deaths.append(time.monotonic())
        if self._is_hopeless(part):
            lines = last_lines(self._log(part))
            raise KeepsDying(
                f"{part.name} died {DEATHS} times in {SECONDS} seconds. Its last lines:\n{lines}"
            )
        try:
            self._start(part)
        except ServerError as error:
            print(error, file=sys.stderr)

    def _is_hopeless(self, part: Part) -> bool:
        """Whether nobody of its kind stays alive."""
        kind = [one for one in self.parts if one.kind == part.kind]
        seconds = SECONDS if len(kind) == 1 else SECONDS_OF_TWINS
        return all(one.died_too_often(seconds) for one in kind)

    def _log(self, part: Part) -> Path:
        return self.logs / f"{part.name}.log"
