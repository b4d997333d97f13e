"""How often one may ask for a seat (contract, "Pages"): counted in the cache, gone with it."""

import math
import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from meetups.models import Event

# (how many, in how many seconds): an address three an hour; a client 300 in ten minutes, since a
# whole university may stand behind one.
PER_ADDRESS = (3, 3600)
PER_CLIENT = (300, 600)


def seconds_to_wait(request: HttpRequest, event: Event, email: str) -> int:
    """0 while within the limits, else the seconds until the next try may succeed.

    A period begins with the first try, so no hour strikes in between, and ends by the program's
    clock: Redis, which lives by its own, only forgets old counts.
    """
    client = get_adapter().get_client_ip(request)
    limits = {
        f"seat:{event.pk}:address:{email.lower()}": PER_ADDRESS,
        f"seat:{event.pk}:client:{client}": PER_CLIENT,
    }
    now = time.time()
    periods = {key: period for key, (_most, period) in limits.items()}
    counts = caches["default"].tally(periods, now)  # type: ignore[attr-defined]  # config.cache
    return max(
        math.ceil(since + period - now) if tries > most * settings.RATE_LIMIT_SCALE else 0
        for (tries, since), (most, period) in zip(counts, limits.values(), strict=True)
    )
