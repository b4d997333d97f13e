"""What an invitation says of an evening: its talks, and whether a seat is still free."""

from typing import Any

from meetups.models import Event
from speakers.models import Talk


def what_awaits(event: Event) -> dict[str, Any]:
    """The talks that are public, in their order, and whether all seats are taken today."""
    talks = Talk.objects.public().filter(slot__event=event).order_by("slot__position", "pk")
    return {
        "programme": [_line(talk) for talk in talks.prefetch_related("speakers")],
        "full": all(event.seats_left(mode) == 0 for mode in event.modes),
    }


def _line(talk: Talk) -> dict[str, str]:
    speakers = ", ".join(speaker.name for speaker in talk.speakers.all())
    return {"title": talk.title, "speakers": speakers}
