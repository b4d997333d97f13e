"""How often one may ask for something: counted in the cache, gone with it."""

import math
import time
from collections.abc import Mapping
from ipaddress import ip_network

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from people.tokens import hash_of

# How many, in how many seconds.
Limit = tuple[int, int]
# What is longer is told in hours.
LONGEST_IN_MINUTES = 90


def seconds_to_wait(limits: Mapping[str, Limit]) -> int:
    """0 while within all the limits, else the seconds until the next try may succeed.

    A period begins with the first try, so no hour strikes in between, and ends by the program's
    clock: Redis, which lives by its own, only forgets old counts.
    """
    now = time.time()
    # An address or a machine's number is counted, not written down.
    periods = {hash_of(key): period for key, (_most, period) in limits.items()}
    counts = caches["default"].tally(periods, now)  # type: ignore[attr-defined]  # config.cache
    return max(
        math.ceil(since + period - now) if tries > most * settings.RATE_LIMIT_SCALE else 0
        for (tries, since), (most, period) in zip(counts, limits.values(), strict=True)
    )


def client_of(request: HttpRequest) -> str:
    """The address of the machine that asks, as far as our own proxies can be believed."""
    return get_adapter().get_client_ip(request)


def network_of(address: str) -> str:
    """The network without the machine, /24 or /48: evidence, not a trace; "" for no address."""
    try:
        return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))
    except ValueError:
        return ""


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """429 with the time after which one may ask again."""
    minutes, hours = -(-wait // 60), -(-wait // 3600)
    words = {"minutes": minutes} if minutes <= LONGEST_IN_MINUTES else {"hours": hours}
    answer = render(request, "too_many.html", words, status=429)
    answer["Retry-After"] = str(wait)
    return answer
