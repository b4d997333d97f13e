"""How often one may ask for a seat (contract, "Pages"): counted in the cache, gone with it."""

import math
import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from meetups.models import Event

# (how many, in how many seconds): an address three an hour; a client 300 in ten minutes, since a
# whole university may stand behind one.
PER_ADDRESS = (3, 3600)
PER_CLIENT = (300, 600)


def seconds_to_wait(request: HttpRequest, event: Event, email: str) -> int:
    """0 while within the limits, else the seconds until the next try may succeed."""
    client = get_adapter().get_client_ip(request)
    return max(
        _count(f"seat:{event.pk}:address:{email.lower()}", *PER_ADDRESS),
        _count(f"seat:{event.pk}:client:{client}", *PER_CLIENT),
    )


def _count(key: str, limit: int, period: int) -> int:
    """Count one try; the period begins with the first, so no hour strikes in between.

    It ends by the program's clock: Redis, which lives by its own, only forgets old counts.
    """
    now = time.time()
    cache.add(f"{key}:since", now, timeout=period)
    since = cache.get(f"{key}:since", now)
    if not since <= now < since + period:
        since = now
        cache.set(f"{key}:since", since, timeout=period)
    counter = f"{key}:{since}"
    cache.add(counter, 0, timeout=period)
    if cache.incr(counter) <= limit * settings.RATE_LIMIT_SCALE:
        return 0
    return math.ceil(since + period - now)
