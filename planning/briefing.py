"""The briefing: one letter to each confirmed helper, with all that she has to know (need 99)."""

from typing import Any

from meetups import notices
from meetups.models import Event
from outbox.drafts import Draft
from outbox.models import Delivery
from planning.models import CrewNote, ShiftPlace
from registrations.room import must_be_on


def words_of(event: Event) -> str:
    """The free text of the briefing; empty where there is none."""
    note = CrewNote.objects.filter(event=event).first()
    return note.words if note else ""


def write_words(event: Event, words: str) -> CrewNote:
    """Keep the free text of the briefing; another text is another version."""
    with event.locked():
        note, _is_new = CrewNote.objects.get_or_create(event=event)
        if note.words != words:
            note.words, note.rev = words, note.rev + 1
            note.save()
    return note


def send_briefing(event: Event) -> int:
    """Owe one letter to each who is confirmed; returns to how many.

    Whoever was told the same already gets nothing. Raises Refused for an evening that is off.
    """
    with event.locked() as fresh:
        must_be_on(fresh)
        note = CrewNote.objects.filter(event=fresh).first() or CrewNote(event=fresh)
        drafts = [_letter(fresh, note, places) for places in _by_person(fresh)]
        older = Delivery.objects.filter(key__startswith=f"briefing:{event.pk}:")
        older.exclude(key__in=[draft.key for draft in drafts]).withdraw()
        return Delivery.objects.post_many(drafts)


def _by_person(event: Event) -> list[list[ShiftPlace]]:
    """Her roles at this evening, in order, for each who is confirmed."""
    found: dict[int, list[ShiftPlace]] = {}
    places = ShiftPlace.objects.confirmed().filter(shift__event=event)
    for place in places.select_related("contact", "shift"):
        place.shift.event = event
        found.setdefault(place.contact_id, []).append(place)
    return [sorted(mine, key=lambda one: one.shift.be_there) for mine in found.values()]


def _letter(event: Event, note: CrewNote, places: list[ShiftPlace]) -> Draft:
    roles = [{"role": p.shift.role, "be_there": p.shift.be_there.isoformat()} for p in places]
    first = places[0]
    context: dict[str, Any] = {"roles": roles, "words": note.words}
    return Draft(
        contact=first.contact,
        template="planning/briefing",
        context=notices.facts(event) | first.facts() | context,
        key=f"briefing:{event.pk}:{first.contact_id}:{_version(event, note, places)}",
        not_after=event.ends_at,
        **notices.addressed(event, first.contact),
    )


def _version(event: Event, note: CrewNote, places: list[ShiftPlace]) -> str:
    """What it says, in short: the schedule, the text, and her roles as they stand."""
    roles = [f"{place.pk}.{place.rev}" for place in places]
    return f"{event.schedule_rev}:{note.rev}:{'-'.join(roles)}"
