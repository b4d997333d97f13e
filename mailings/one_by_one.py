"""What the clock does to many rows, so that one bad row costs the others nothing."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

log = logging.getLogger(__name__)
Row = TypeVar("Row")


def one_by_one(act: Callable[[Row], int], rows: Iterable[Row]) -> int:
    """Do it to each and add up what it returns; one that fails is logged and left out.

    Raises only what concerns them all: that the database cannot be asked.
    """
    return sum(_done(act, row) for row in rows)


def _done(act: Callable[[Row], int], row: Row) -> int:
    try:
        return act(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("Left out for now: %s", row)
        return 0
