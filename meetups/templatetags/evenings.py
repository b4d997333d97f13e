"""What pages say of an evening: seats, line-up, running order, languages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from meetups.models import Event, Series, Slot
from meetups.running_order import Item
from meetups.running_order import running_order as items_of
from meetups.schema import as_script, event_schema

register = template.Library()


@dataclass(frozen=True)
class SeatLine:
    """The seats of one way to take part; `limit` and `left` are None where there is no limit."""

    mode: str
    limit: int | None
    taken: int
    left: int | None


@dataclass(frozen=True)
class Lineup:
    """Who speaks, and what remains of the talks."""

    names: list[str]
    talks: int
    videos: int
    slides: int

    @property
    def others(self) -> int:
        return len(self.names) - 1


@register.simple_tag
def seat_lines(event: Event) -> list[SeatLine]:
    """One line for each way to take part."""
    return [
        SeatLine(mode, event.limit(mode), event.taken(mode), event.seats_left(mode))
        for mode in event.modes
    ]


@register.filter
def is_full(event: Event) -> bool:
    """Whether a newcomer would stand in line, whichever way she takes part."""
    return all(event.seats_left(mode) == 0 for mode in event.modes)


@register.filter
def public_talk(slot: Slot) -> Any:
    """The slot's talk, if it has one that may be shown."""
    talk = getattr(slot, "talk", None)
    return talk if talk is not None and talk.is_shown else None


@register.filter
def open_place(slot: Slot) -> str:
    """An item without a talk to show; its own title may name the talk that may not be shown."""
    return slot.get_kind_display() if hasattr(slot, "talk") else str(slot)


@register.simple_tag
def lineup(event: Event) -> Lineup:
    """The talks that may be shown, counted, with each speaker's name once."""
    talks = [talk for slot in event.slots.all() if (talk := public_talk(slot))]
    names = {speaker.name: None for talk in talks for speaker in talk.speakers.all()}
    videos = [talk for talk in talks if talk.video_link]
    slides = [talk for talk in talks if talk.slides_link]
    return Lineup(list(names), len(talks), len(videos), len(slides))


@register.simple_tag
def running_order(event: Event) -> list[Item]:
    """The agenda with the time of each item."""
    return items_of(event, event.slots.all())


@register.filter
def where(event: Event) -> str:
    """Where one goes, in one line; empty for a past evening whose place nobody noted."""
    if event.mode == Event.Mode.ONLINE:
        return _("Online")
    if not event.venue:
        return "" if event.is_over else _("The place follows")
    place = ", ".join(filter(None, [event.place, event.venue.address]))
    online = event.mode == Event.Mode.BOTH
    return _("%(place)s, and online") % {"place": place} if online else place


@register.filter
def language_in_words(code: str) -> str:
    """The language in words: "Russian" for "ru"; the code itself where nobody named it."""
    try:
        return get_language_info(code.lower())["name_translated"]
    except KeyError:
        return "Chinese" if code.lower().startswith("zh") else code


@register.simple_tag
def structured_data(event: Event) -> SafeString:
    """The evening for machines, as a JSON-LD script element."""
    return as_script(event_schema(event))


@register.simple_tag
def webcal(series: Series) -> str:
    """The series' calendar to subscribe to, not to download once."""
    path = reverse("meetups:series_calendar", args=[series.slug])
    return f"webcal://{urlsplit(settings.PUBLIC_URL).netloc}{path}"
