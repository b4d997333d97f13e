"""Starting and ending child processes. Standard library only."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1  # Linux, prctl(2)
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: list[str],
    *,
    log: Path | None = None,
    death_signal: int = signal.SIGKILL,
    cwd: Path = CHECKOUT,
    env: dict[str, str] | None = None,
    account: dict[str, Any] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts the command in a group of its own; it gets `death_signal` when this process is gone.

    Without a log it speaks to our own output. `account` holds Popen's `user`, `group` and
    `extra_groups`.
    """
    with contextlib.ExitStack() as files:
        out = files.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if log else None,
            stdout=out,
            stderr=subprocess.STDOUT if log else None,
            cwd=cwd,
            env=env,
            start_new_session=log is not None,
            preexec_fn=_die_with_parent(os.getpid(), death_signal),
            **(account or {}),
        )


def _die_with_parent(parent: int, death_signal: int) -> Callable[[], None] | None:
    if _libc is None:
        return None
    prctl = _libc.prctl

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_the_kernel


def stop(process: subprocess.Popen[bytes], how: int, patience: float) -> None:
    """Asks the process to end; after `patience` seconds its whole group is killed."""
    if process.poll() is None:
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of a part, its own children included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """True as soon as the condition holds, False if it did not within the seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log file, to show why its writer died."""
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    return ""


def processes_saying(words: str) -> list[int]:
    """Ids of the processes whose command line contains the words (Linux; elsewhere none)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if words in entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.append(int(entry.parent.name))
    return found


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.suppress(OSError), socket.create_server((host, port), family=family):
        return True
    return False
