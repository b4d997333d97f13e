"""What a start needs before the parts: tables, static files, and the sample community if asked.

`python -m config.prepare [--sample]`; one process for all three, because each would load Django.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import CommandError, call_command


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    _collect_static()
    if "--sample" in arguments:
        call_command("sample", "--if-empty")


def _collect_static() -> None:
    """Only if a file changed since the last time."""
    stamp = settings.RUN_DIR / "static.stamp"
    state = hashlib.sha256("\n".join(_static_state()).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == state and settings.STATIC_ROOT.exists():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state)


def _static_state() -> Iterator[str]:
    root: Path = settings.BASE_DIR
    yield (root / "requirements" / "base.txt").read_text()
    for folder in sorted([root / "static", *root.glob("*/static")]):
        for file in sorted(folder.rglob("*")):
            kept = file.stat()
            yield f"{file} {kept.st_mtime_ns} {kept.st_size}"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CommandError as error:
        sys.exit(str(error))
