"""Writing events. Loading is no announcement: nobody is written to, whatever changes."""

from typing import Any

from django.utils import timezone

from config.community.problems import Problems
from config.community.shapes import Record
from meetups.models import Event, Line, Series, Slot
from meetups.text import free_slug
from outbox.models import Delivery
from speakers.models import Speaker, Talk
from venues.models import Room, Venue

_OF_EVENT = (
    "title", "minutes", "capacity", "online_capacity", "mode", "status", "tagline", "description",
    "language", "level", "online_url", "getting_in", "recap", "came", "guests_allowed", "approval",
)  # fmt: skip


def write_event(told: Record, problems: Problems) -> None:
    """The evening as the file tells it; what cannot be done with it goes to the problems."""
    known = Event.objects.filter(slug=told["slug"]).first()
    if known is None:
        event = Event(slug=told["slug"], series=Series.objects.get(slug=told["series"]))
        _fill(event, told)
        event.save()
    else:
        with known.locked() as event:
            _change(event, told, problems)
    if event.venue:
        event.series.venues.add(event.venue)
    if told.get("agenda") and not event.slots.exists():
        _write_agenda(event, told["agenda"])
    event.reindex()


def _change(event: Event, told: Record, problems: Problems) -> None:
    """Updates an evening that is here; its guests hear nothing, stale reminders are withdrawn."""
    before, old_about = _schedule(event), event.about
    old_start, old_status = event.starts_at, event.status
    _fill(event, told)
    if refusal := _refusal(event, old_status):
        problems.add(told.place, refusal)
        return
    event.save()
    if _schedule(event) != before:
        event.schedule_rev += 1
        if event.starts_at != old_start:
            event.moved_from = old_start
        event.save()
        stale = Delivery.objects.about(old_about)
        stale.exclude(message_class=Delivery.MessageClass.TRANSACTIONAL).withdraw()


def _schedule(event: Event) -> tuple[object, ...]:
    """What a reminder says: another one of these makes it worthless."""
    return event.starts_at, event.place, event.mode, event.status == Event.Status.CANCELLED


def _refusal(event: Event, old_status: str) -> str:
    """Why this change cannot be loaded; empty if it can."""
    if old_status == Event.Status.CANCELLED and event.status != old_status:
        return "this evening was cancelled and its guests were told; make a new one"
    if event.status == Event.Status.DRAFT and event.registrations.active().exists():
        return "people have seats; it cannot become a draft again"
    for mode in (Event.Mode.ONSITE, Event.Mode.ONLINE):
        limit, taken = event.limit(mode), event.taken(mode)
        if limit is not None and taken > limit:
            return f"{taken} seats ({mode}) are already given: the limit cannot be {limit}"
    return ""


def _fill(event: Event, told: Record) -> None:
    """Takes over what stands in the file and leaves the rest."""
    values: dict[str, Any] = told.only(*_OF_EVENT)
    values |= {"date": told["starts"].date(), "time": told["starts"].time(), "time_known": True}
    if event.pk is None or event.zone != event.series.time_zone:
        values["zone"] = event.series.time_zone
    if "capacity" in values and values.get("mode", event.mode) == Event.Mode.ONLINE:
        values.setdefault("online_capacity", values.pop("capacity"))
    if "venue" in told.values:
        values["venue"] = Venue.objects.filter(slug=told["venue"]).first()
        rooms = Room.objects.filter(venue=values["venue"], name__iexact=told.get("room") or "")
        values["room"] = rooms.first()
    if "line" in told.values:
        values["line"] = Line.objects.filter(series=event.series, slug=told["line"]).first()
    for name, value in values.items():
        setattr(event, name, value)


def _write_agenda(event: Event, told: list[Record]) -> None:
    for position, item in enumerate(told):
        slot = Slot.objects.create(
            event=event, position=position, **item.only("kind", "title", "minutes")
        )
        if not slot.is_break and slot.title:
            _write_talk(slot, event, item)


def _write_talk(slot: Slot, event: Event, told: Record) -> None:
    slug = free_slug(slot.title, lambda slug: Talk.objects.filter(slug=slug).exists(), "talk")
    talk = Talk.objects.create(
        series=event.series,
        slot=slot,
        slug=slug,
        title=slot.title,
        language=event.language,
        **told.only("abstract"),
    )
    talk.speakers.set([_speaker(event.series, name) for name in told.get("speakers", [])])


def _speaker(series: Series, name: str) -> Speaker:
    known = series.speakers.filter(name__iexact=name).first()
    if known is None:
        known = Speaker.objects.create(name=name)
        known.series.add(series)
    return known


def check_seats(slugs: set[str], problems: Problems) -> None:
    """Reports evenings to come in which somebody waits beside a free seat: a queue moves by itself,
    and who moves up is told, which loading must not do."""
    events = Event.objects.published().filter(slug__in=slugs, starts_at__gt=timezone.now())
    for event in events:
        for mode in event.modes:
            left = event.seats_left(mode)
            queue = event.registrations.in_line(mode)
            if (queue if left is None else queue.filter(guests__lt=left)).exists():
                problems.add(
                    f"evening {event.slug}",
                    f"seats ({mode}) are free and people wait; let them in with the limit "
                    f"raised by “manage.py event {event.slug} --capacity N”, which tells them",
                )
