"""./run test: every check there is, one after the other, each with a line and its time."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from config.processes import CHECKOUT
from config.services import opened_for_tests

BIN = Path(sys.prefix) / "bin"
# Each process of pytest opens servers of its own; what one file sets up is not set up twice.
ON_ALL_CORES = ["--numprocesses", "auto", "--dist", "loadscope"]
MANAGE = [sys.executable, str(CHECKOUT / "manage.py")]


def check_everything(arguments: list[str]) -> int:
    """Runs all checks, also after a failed one; 1 if any failed. Arguments go to pytest."""
    began = time.monotonic()
    with opened_for_tests() as addresses:
        production = _like_production(addresses)
        results = {name: _passes(name, words, production) for name, words in _tools().items()}
    tests = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    pytest = [str(BIN / "pytest"), *(arguments or ON_ALL_CORES)]
    results["pytest"] = _passes("pytest", pytest, tests, quiet=False)
    failed = [name for name, passed in results.items() if not passed]
    took = time.monotonic() - began
    verdict = f"failed: {', '.join(failed)}" if failed else "all well"
    print(f"{len(results)} checks in {took:.0f} s, {verdict}")
    return 1 if failed else 0


def _tools() -> dict[str, list[str]]:
    pages = [str(page) for page in CHECKOUT.glob("**/templates/**/*.html") if _ours(page)]
    return {
        "ruff check": [str(BIN / "ruff"), "check", "."],
        "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
        "djade": [str(BIN / "djade"), "--check", "--target-version", "5.2", *pages],
        "mypy": [str(BIN / "mypy"), "."],
        "import contract": [str(BIN / "lint-imports")],
        "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "check --deploy": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    }


def _ours(page: Path) -> bool:
    return not page.relative_to(CHECKOUT).parts[0].startswith(".")


def _like_production(addresses: dict[str, str]) -> dict[str, str]:
    """What a real installation sets, so that its settings are what is checked."""
    env = os.environ | addresses
    for name in ("DEBUG", "EMBEDDED_SERVICES"):
        env.pop(name, None)
    return env | {
        "ALLOWED_HOSTS": "meetups.example.org",
        "DEFAULT_FROM_EMAIL": "Meetups <hello@meetups.example.org>",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
        "MAIL_HOOK_SECRET": secrets.token_urlsafe(32),
        "PUBLIC_URL": "https://meetups.example.org",
        "SECRET_KEY": secrets.token_urlsafe(64),
    }


def _passes(name: str, command: list[str], env: dict[str, str], *, quiet: bool = True) -> bool:
    """Runs one check and says how it went; a quiet one shows its output only if it failed."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=CHECKOUT, env=env, capture_output=quiet, text=True, check=False
    )
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {name:<16} {time.monotonic() - began:5.1f} s")
    if quiet and not passed:
        print(f"{done.stdout}{done.stderr}".rstrip())
    return passed
