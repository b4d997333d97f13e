"""A crowd at the real web server: posts forms over HTTP, all at once."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.db import connection

from config import launcher
from config.processes import stop, wait_until

CSRF = "a" * 32
LIMITS_OFF = "100000"


@dataclass
class Answer:
    """What one person got: status (0 for a lost line), the headers, the seconds it took."""

    status: int
    head: str
    seconds: float


@contextlib.contextmanager
def web(log: Path) -> Iterator[int]:
    """The web server as ./run starts it, on the database of this test; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = argparse.Namespace(host="127.0.0.1", port=port, workers=0)
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "RATE_LIMIT_SCALE": LIMITS_OFF,
        "PYTHONWARNINGS": "",
    }
    (part,) = [part for part in launcher._parts(options, env, log.parent) if part.name == "web"]
    process = part.start(log)
    assert process
    try:
        assert wait_until(lambda: launcher._answers("127.0.0.1", port), 30), log.read_text()
        yield port
    finally:
        stop(process, signal.SIGTERM, 10)


def database_url() -> str:
    """The address of the database that this test is connected to."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def ask_for_seats(port: int, path: str, emails: list[str], at_once: int) -> list[Answer]:
    """Everybody asks for a seat, so many at a time."""
    return post_all(port, path, [{"name": "Ada", "email": email} for email in emails], at_once)


def post_all(port: int, path: str, forms: list[dict[str, str]], at_once: int) -> list[Answer]:
    """Posts the forms, so many at a time; who loses the line asks once more."""
    return asyncio.run(_crowd(port, path, forms, at_once))


async def _crowd(port: int, path: str, forms: list[dict[str, str]], at_once: int) -> list[Answer]:
    turnstile = asyncio.Semaphore(at_once)

    async def one(form: dict[str, str]) -> Answer:
        async with turnstile:
            answer = await _post(port, path, form)
            return answer if answer.status else await _post(port, path, form)

    return await asyncio.gather(*[one(form) for form in forms])


async def _post(port: int, path: str, form: dict[str, str]) -> Answer:
    began = time.monotonic()
    head = ""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            writer.write(_request(path, form))
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status = int(head.split(maxsplit=2)[1]) if head else 0
    return Answer(status, head, time.monotonic() - began)


def _request(path: str, form: dict[str, str]) -> bytes:
    body = urlencode(form | {"csrfmiddlewaretoken": CSRF})
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: csrf={CSRF}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def percentile(answers: list[Answer], share: float) -> float:
    """The seconds within which this share of the answers came."""
    seconds = sorted(answer.seconds for answer in answers)
    return seconds[max(round(len(seconds) * share) - 1, 0)]
