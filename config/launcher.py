"""./run: everything with one command. `./run`, `./run test`, `./run manage …`."""

import argparse
import http.client
import os
import secrets
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from config.checkup import check_everything
from config.postgres import Postgres
from config.processes import CHECKOUT, port_is_free, spawn
from config.server import Server, ServerError
from config.services import missing, opened, run_dir
from config.supervisor import KeepsDying, Part, Supervisor, program, served

PYTHON = sys.executable
BIN = Path(sys.prefix) / "bin"
ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 (compared with, not bound to)


class Refused(Exception):
    """./run cannot do what was asked; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Exit code of ./run with these arguments."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.umask(0o022)
    try:
        if arguments[:1] == ["test"]:
            return check_everything(arguments[1:])
        if arguments[:1] == ["manage"]:
            return manage(arguments[1:])
        return serve(_options(arguments))
    except (KeepsDying, Refused, ServerError) as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(
            f"{error.filename} belongs to another user: remove it or set RUN_DIR.", file=sys.stderr
        )
    except KeyboardInterrupt:
        return 130
    return 1


def serve(options: argparse.Namespace) -> int:
    """Runs all parts until a signal says stop."""
    if not port_is_free(options.host, options.port):
        raise Refused(f"Port {options.port} is taken on {options.host}: choose one with --port N.")
    home = run_dir()
    servers = missing(home)
    with Supervisor(home / "logs") as supervisor:
        for server in servers:
            supervisor.add(served(server))
        if supervisor.stopping:
            return 0
        env = environment(home, servers, _public_url(options))
        (home / "public-url").write_text(env["PUBLIC_URL"])
        if not _prepared(supervisor, env, options.sample):
            return 0 if supervisor.stopping else 1
        for part in _parts(options, env, home):
            supervisor.add(part)
        _announce(supervisor, options, env)
        supervisor.watch()
    return 0


def manage(arguments: list[str]) -> int:
    """manage.py with the services and the environment of ./run."""
    home = run_dir()
    servers = missing(home)
    with opened(servers, home):
        last = home / "public-url"
        url = last.read_text() if last.exists() else "http://127.0.0.1:8000"
        env = environment(home, servers, url)
        fresh = any(isinstance(server, Postgres) and server.fresh for server in servers)
        failed = fresh and _run_in_front([PYTHON, "-m", "config.prepare"], env)
        return failed or _run_in_front([PYTHON, str(CHECKOUT / "manage.py"), *arguments], env)


def environment(home: Path, servers: list[Server], public_url: str) -> dict[str, str]:
    """The environment of all parts: what is given, and for the rest what a trial needs."""
    env = {server.variable: server.url for server in servers}
    if servers:
        env["EMBEDDED_SERVICES"] = "1"
    env |= {name: value for name, value in os.environ.items() if value or name not in env}
    env["PYTHONPATH"] = str(CHECKOUT)
    env.setdefault("RUN_DIR", str(home))
    env.setdefault("STATIC_ROOT", str(home / "static"))
    env.setdefault("PUBLIC_URL", public_url)
    # A trial writes to nobody unless told how; `_announce` says so.
    env.setdefault("EMAIL_URL", "")
    env.setdefault("SECRET_KEY", _secret(home))
    env.setdefault("ALLOWED_HOSTS", _allowed_hosts(public_url, env["PUBLIC_URL"]))
    return env


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Runs everything here: web, message workers, scheduler and, where the "
        "environment names none, PostgreSQL and Redis.",
        epilog="./run test [pytest arguments] runs every check; ./run manage … is manage.py.",
    )
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="default 8000")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="default 127.0.0.1")
    parser.add_argument("--workers", type=_count, default=1, metavar="N", help="message workers, 1")
    parser.add_argument(
        "--no-sample", dest="sample", action="store_false", help="leave an empty database empty"
    )
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"a number from 0 on, not {text!r}")
    return int(text)


def _prepared(supervisor: Supervisor, env: dict[str, str], sample: bool) -> bool:
    return supervisor.once([PYTHON, "-m", "config.prepare", *["--sample"] * sample], env)


def _parts(options: argparse.Namespace, env: dict[str, str], home: Path) -> list[Part]:
    """In the order of starting; they are stopped in the opposite one."""
    web = [str(BIN / "gunicorn"), "config.wsgi", "--bind", _netloc(options.host, options.port)]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--backlog", "2048"]
    web += ["--keep-alive", "5", "--graceful-timeout", "8", "--preload", "--no-control-socket"]
    celery = [str(BIN / "celery"), "-A", "config"]
    worker = [*celery, "worker", "--pool", "solo", "--concurrency", "1", "-Q", "celery"]
    worker += ["--without-gossip", "--without-mingle", "-l", "warning"]
    schedule = home / f"beat-{options.port}"
    beat = [*celery, "beat", "-s", str(schedule), "--pidfile=", "-l", "warning"]
    numbers = range(1, options.workers + 1)
    return [
        program("web", web, env, death_signal=signal.SIGQUIT),
        *(program(f"worker-{n}", [*worker, "-n", f"worker-{n}@%h"], env) for n in numbers),
        program("scheduler", beat, env),
    ]


def _announce(supervisor: Supervisor, options: argparse.Namespace, env: dict[str, str]) -> None:
    """Says the address once the first page answers."""
    host = "127.0.0.1" if options.host in ANYWHERE else options.host
    supervisor.watch(until=lambda: _answers(host, options.port))
    if not supervisor.stopping:
        print(f"Third Thursday is at {env['PUBLIC_URL']}/ (logs: {supervisor.logs}, end: Ctrl-C)")
        if not env["EMAIL_URL"]:
            print(f"No EMAIL_URL is set, so no mail leaves: see {env['PUBLIC_URL']}/mails/")


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _run_in_front(command: list[str], env: dict[str, str]) -> int:
    """Runs a command at the terminal; signals are its business, its end is ours."""
    process = spawn(command, env=env, cwd=Path.cwd())
    signal.signal(signal.SIGINT, lambda *_: None)  # the terminal tells it too
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


def _public_url(options: argparse.Namespace) -> str:
    host = "127.0.0.1" if options.host in ANYWHERE else options.host
    return f"http://{_netloc(host, options.port)}"


def _netloc(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _allowed_hosts(*urls: str) -> str:
    named = [
        f"[{host}]" if ":" in host else host for url in urls if (host := urlsplit(url).hostname)
    ]
    return ",".join(dict.fromkeys([*named, "127.0.0.1", "localhost", "[::1]"]))


def _secret(home: Path) -> str:
    """A key of this folder alone, made once."""
    file = home / "secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64))
    return file.read_text()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
