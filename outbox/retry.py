"""How long a message waits for its next try (pretix' tables)."""

import random
from datetime import timedelta

from django.utils import timezone

from outbox.models import Delivery
from outbox.transport import NoLine, NotTaken, TryLater

# Seconds before the second, third, … try: the way there failed, or this message was put off.
LINE = (10, 30, 60, 300, 900, 900)
PUT_OFF = (60, 300, 600, 1200, 1800, 1800)
SCATTER = 0.2
# Longer than this nobody is left alone because he asked for it.
LONGEST_ASKED = 3600
# Nobody to be reached is no reason to give a message up; its own last moment or this is.
LONGEST_SILENCE = timedelta(days=1)


def wait_before(delivery: Delivery, failure: NotTaken, tried: int) -> timedelta | None:
    """The pause after `tried` tries and this one; None when there is no next one in time."""
    if not isinstance(failure, TryLater):
        return None
    waits = LINE if failure.line else PUT_OFF
    if tried >= len(waits) and not _may_wait_for_the_line(delivery, failure):
        return None
    scatter = random.uniform(1 - SCATTER, 1 + SCATTER)  # noqa: S311 (spreads load, hides nothing)
    usual = waits[min(tried, len(waits) - 1)] * scatter
    wait = timedelta(seconds=max(usual, min(failure.after, LONGEST_ASKED)))
    late = delivery.not_after is not None and timezone.now() + wait >= delivery.not_after
    return None if late else wait


def _may_wait_for_the_line(delivery: Delivery, failure: NotTaken) -> bool:
    return isinstance(failure, NoLine) and timezone.now() - delivery.created_at < LONGEST_SILENCE
