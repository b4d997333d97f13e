"""A real SMTP line to the fault sink, and messages to send over it."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outbox.engine import Sender
from outbox.models import Delivery

CHECKOUT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


class RunningSink:
    """The sink as a process of its own; `accepted` reads what it took, as (Message-ID, mode)."""

    def __init__(self, log: Path, *options: str) -> None:
        self.log = log
        self.log.touch()
        self.port = 0
        self.start(*options)

    def start(self, *options: str) -> None:
        where = ["--log", str(self.log), "--port", str(self.port)]
        command = [sys.executable, "-m", "tests.sink", *where, *options]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline().split()[1])

    def calm_down(self) -> None:
        """Goes on without faults, at the same address and with the same log."""
        self.stop()
        self.start()

    def accepted(self) -> list[str]:
        return [line.split()[0] for line in self.log.read_text().splitlines()]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def start_sink(tmp_path: Path, settings) -> Iterator[Callable[..., RunningSink]]:
    """Starts a sink with the modes of `script` and points the settings at it."""
    started = []

    def start(script: str = "", *options: str) -> RunningSink:
        sink = RunningSink(tmp_path / "accepted.log", "--script", script, *options)
        started.append(sink)
        settings.OUTBOX_TRANSPORT = "outbox.smtp.SmtpTransport"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.OUTBOX_SMTP_TIMEOUT = settings.OUTBOX_SMTP_TIMEOUT_AFTER_DOT = 2
        return sink

    yield start
    for sink in started:
        sink.stop()


def make_delivery(**fields) -> Delivery:
    """A queued message in plain words; fields are those of Draft."""
    number = next(_numbers)
    facts = {"subject": f"Message {number}", "text": "Hello,\n\nsee you on Thursday."}
    defaults = {
        "contact": None,
        "template": "plain",
        "context": facts,
        "key": f"test:{number}",
        "message_class": "transactional",
        "address": f"guest-{number}@example.org",
    }
    fields = defaults | fields
    Delivery.objects.post(
        fields.pop("contact"), fields.pop("template"), fields.pop("context"), **fields
    )
    return Delivery.objects.get(key=fields["key"])


def send() -> None:
    Sender().run()


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state
