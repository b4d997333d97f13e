"""A speaker's own part of an evening, for her calendar."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import override

from meetups.calendar import Entry
from meetups.running_order import Item, running_order
from outbox.letters import spoken

if TYPE_CHECKING:
    from speakers.models import Talk

MOST_MOVES_OF_AN_EVENING = 1000


def place_of(talk: "Talk") -> Item | None:
    """Its line of the agenda with the instant at which it begins; None without a place."""
    if talk.slot is None:
        return None
    slots = talk.slot.event.slots.all()
    order = running_order(talk.slot.event, slots)
    return next((item for item in order if item.slot.pk == talk.slot.pk), None)


def entry_of(talk: "Talk") -> Entry | None:
    """The talk in the calendar of whoever gives it; one entry, however often it is moved."""
    item = place_of(talk)
    if item is None:
        return None
    event, ends_at = item.slot.event, item.starts_at + timedelta(minutes=item.slot.minutes)
    # It must rise also when the talk leaves an evening that was moved for one that was not.
    moves = talk.proposal.rev if talk.proposal else 0
    when = (item.starts_at, ends_at, moves * MOST_MOVES_OF_AN_EVENING + event.schedule_rev)
    # One file for all who speak in it, so in the language of the series.
    with override(spoken(event.series.language)):
        about = _("Your talk at “%(evening)s”") % {"evening": event.title}
    return Entry(event, talk.guid, *when, talk.title, about)
