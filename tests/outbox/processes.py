"""Real senders on the test database, as processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.db import connection

from tests.outbox.conftest import CHECKOUT, RunningSink


def database_url() -> str:
    where = connection.settings_dict
    host, port = quote(where["HOST"], safe=""), f":{where['PORT']}" if where["PORT"] else ""
    user = quote(where["USER"]) + (f":{quote(where['PASSWORD'])}" if where["PASSWORD"] else "")
    return f"postgres://{user}@{host}{port}/{where['NAME']}"


class Worker:
    """`python -m tests.outbox.worker`, pointed at the sink."""

    def __init__(self, sink: RunningSink, **environment: str) -> None:
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            **environment,
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.outbox.worker"]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, env=self.environment)

    def tell(self, what: signal.Signals) -> None:
        self.process.send_signal(what)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Waits for the condition to hold; the test ends with a clear word if it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"Not within {seconds} s.")
