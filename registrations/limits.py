"""How often one may ask for a seat (contract, "Pages")."""

from django.http import HttpRequest

from meetups import limits
from meetups.models import Event

# An address three an hour; a client 300 in ten minutes: a whole university may stand behind one.
PER_ADDRESS = (3, 3600)
PER_CLIENT = (300, 600)


def seconds_to_wait(request: HttpRequest, event: Event, email: str) -> int:
    """0 while within the limits, else the seconds until the next try may succeed."""
    return limits.seconds_to_wait(
        {
            f"seat:{event.pk}:address:{email.lower()}": PER_ADDRESS,
            f"seat:{event.pk}:client:{limits.client_of(request)}": PER_CLIENT,
        }
    )
