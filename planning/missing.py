"""What an evening still lacks: a sentence, and the one thing to do about it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event, Slot
from planning.crew import Roster
from planning.gauges import ENOUGH_TALKS, Counts, agreed_talks, placed_talks
from planning.step import Step
from planning.turnout import turnout_steps
from venues.models import Venue

__all__ = ["Step", "missing_of"]

READY = {Venue.Stage.AGREED, Venue.Stage.HOSTED}


def missing_of(event: Event, counts: Counts) -> Iterator[Step]:
    """In the order in which an organizer would see to it."""
    if event.is_over:
        yield from _afterwards(event, counts)
    else:
        yield from _place(event)
        yield from _yeses(event)
        yield from _talks(event, counts)
        yield from _seats(event, counts)
        yield from turnout_steps(counts.prospect)
        yield from _helpers(event, counts.roster)
        yield from _announcement(event)


def _page(event: Event, page: str = "change") -> str:
    return reverse(f"admin:meetups_event_{page}", args=[event.pk])


def _place(event: Event) -> Iterator[Step]:
    if event.mode != Event.Mode.ONSITE and not event.online_url:
        yield Step(_("The link to take part is missing."), _("Add it"), _page(event))
    if event.mode == Event.Mode.ONLINE:
        return
    if event.venue is None:
        yield Step(_("There is no venue yet."), _("Choose one"), _page(event))
    elif event.venue.stage not in READY:
        url = reverse("admin:venues_venue_change", args=[event.venue_id])
        sentence = _("%(venue)s has not agreed yet.") % {"venue": event.venue}
        yield Step(sentence, _("Open the venue"), url)


def _yeses(event: Event) -> Iterator[Step]:
    open_ones = len(placed_talks(event)) - len(agreed_talks(event))
    if open_ones:
        sentence = ngettext(
            "%d talk waits for its speaker's yes.", "%d talks wait for their speakers' yes.",
            open_ones,
        )  # fmt: skip
        yield Step(sentence % open_ones, _("See which"), f"{_list('proposal')}?due=evening")


def _talks(event: Event, counts: Counts) -> Iterator[Step]:
    free = [s for s in event.slots.all() if s.kind == Slot.Kind.TALK and not hasattr(s, "talk")]
    if free and counts.asked:
        asked = ngettext("%d reserve is asked", "%d reserves are asked", counts.asked)
        sentence = _("A place is free, and %(asked)s.") % {"asked": asked % counts.asked}
        yield Step(sentence, _("See who"), _list("offer"))
    elif free and counts.reserves and event.is_open:
        url = reverse("admin:speakers_offer_ask", args=[free[0].pk])
        yield Step(_("A place in the agenda is free."), _("Ask the reserves"), url)
    yield from _lacking(event, free, counts)


def _lacking(event: Event, free: list[Slot], counts: Counts) -> Iterator[Step]:
    lacking = ENOUGH_TALKS - len(placed_talks(event))
    if lacking <= 0:
        return
    sentence = ngettext(
        "One more talk makes it an evening.", "%d more talks make it an evening.", lacking
    )
    sentence = sentence % lacking if lacking > 1 else sentence
    if free and counts.has_call and event.is_open:
        url = reverse("admin:speakers_offer_ask", args=[free[0].pk])
        yield Step(sentence, _("Place a talk"), url)
    elif free:
        url = f"{reverse('admin:speakers_talk_add')}?slot={free[0].pk}"
        yield Step(sentence, _("Add a talk"), url)
    else:
        yield Step(sentence, _("Plan the agenda"), _page(event))
    if not counts.has_call:
        url = f"{reverse('admin:speakers_call_add')}?series={event.series_id}"
        yield Step(_("Nobody can propose a talk yet."), _("Open a call"), url)


def _list(model: str) -> str:
    return reverse(f"admin:speakers_{model}_changelist")


def _seats(event: Event, counts: Counts) -> Iterator[Step]:
    room = event.room.capacity if event.room else None
    if counts.waiting and room and event.capacity is not None and room > event.capacity:
        sentence = ngettext(
            "%(n)d person waits, and the room holds %(room)d.",
            "%(n)d people wait, and the room holds %(room)d.",
            counts.waiting,
        ) % {"n": counts.waiting, "room": room}  # fmt: skip
        yield Step(sentence, _("Raise the limit"), _page(event))


def _helpers(event: Event, roster: Roster | None) -> Iterator[Step]:
    if roster is None:
        return
    url = reverse("admin:planning_crew", args=[event.pk])
    if roster.missing:
        facts = {
            "missing": roster.missing,
            "needed": roster.needed,
            "day": date_format(event.local_start, "l"),
        }
        sentence = ngettext(
            "%(missing)d of %(needed)d helper is missing for %(day)s.",
            "%(missing)d of %(needed)d helpers are missing for %(day)s.",
            roster.needed,
        )
        yield Step(sentence % facts, _("Ask somebody"), url)
    if roster.to_confirm:
        sentence = ngettext(
            "%d helper has said yes and waits for your word.",
            "%d helpers have said yes and wait for your word.",
            roster.to_confirm,
        )
        yield Step(sentence % roster.to_confirm, _("Confirm"), url)


def _announcement(event: Event) -> Iterator[Step]:
    if not event.description and not event.tagline:
        yield Step(_("Nothing says what it is about."), _("Write it"), _page(event))
    if event.status == Event.Status.DRAFT:
        yield Step(_("Nobody can see it yet."), _("Publish"), _page(event, "publish"))


def _afterwards(event: Event, counts: Counts) -> Iterator[Step]:
    seats = event.seats_taken + event.online_taken
    if seats and not (event.came or counts.came):
        url = reverse("admin:registrations_registration_changelist")
        yield Step(
            _("Nobody noted who came."), _("Note it"), f"{url}?event={event.pk}&state__exact=going"
        )
    if not event.recap:
        yield Step(
            _("Those who could not come know nothing yet."), _("Write the recap"), _page(event)
        )
    silent = [
        talk
        for talk in agreed_talks(event)
        if not (talk.video_url or talk.slides_url or talk.has_slides)
    ]
    if silent:
        sentence = ngettext("%d talk has no slides.", "%d talks have no slides.", len(silent))
        url = reverse("admin:speakers_talk_change", args=[silent[0].pk])
        yield Step(sentence % len(silent), _("Add them"), url)
