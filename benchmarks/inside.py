"""A benchmark on servers of its own: PostgreSQL and Redis as the tests start them."""

# ruff: noqa: E402 (the apps can only be imported once Django knows its settings)

import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from config.services import opened_for_tests

# What tests.settings puts in where the environment names no server.
MADE_UP = {"DATABASE_URL": "postgres://unset/unset", "REDIS_URL": "redis://127.0.0.1:1/0"}


def once_more_inside(module: str) -> None:
    """Settings are read once: a process of its own gets the addresses of our servers."""
    for name, made_up in MADE_UP.items():
        if os.environ.get(name) == made_up:
            del os.environ[name]
    with opened_for_tests() as addresses:
        command = [sys.executable, "-m", module, "--inside", *sys.argv[1:]]
        subprocess.run(command, env=os.environ | addresses, check=True)  # noqa: S603 (ourselves)


@contextmanager
def empty_database() -> Iterator[None]:
    """A database with our tables and nothing in them, gone afterwards."""
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def write(result: dict[str, Any], path: Path) -> None:
    """Show the figures and keep them beside the benchmark, with the machine they come from."""
    result["machine"] = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    result["load"] = [round(load, 1) for load in os.getloadavg()]
    text = json.dumps(result, indent=2)
    sys.stdout.write(f"{text}\n")
    path.write_text(f"{text}\n")


def cpu_of_ended_children() -> float:
    """Seconds of the processor that the processes started from here, and theirs, have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
