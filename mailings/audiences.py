"""Who a message may be for: each audience a named function, worked out when it is sent."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Subscription
from people.models import Contact
from registrations.models import Registration

if TYPE_CHECKING:
    from mailings.models import Wave

UNSEEN_FOR = timedelta(days=90)
# `Event.source` of evenings that an import has made.
BROUGHT_ALONG = "import"
Audience = Callable[["Wave"], "QuerySet[Contact]"]


def followers(wave: "Wave") -> "QuerySet[Contact]":
    """Those who follow the line of the evening or its whole series; without a line any of it."""
    follow = Subscription.objects.confirmed().filter(
        member__contact=OuterRef("pk"), member__series=wave.event.series_id
    )
    if line := wave.about_line:
        follow = follow.filter(Q(line=None) | Q(line=line))
    return Contact.objects.filter(Exists(follow))


def past_attendees(wave: "Wave") -> "QuerySet[Contact]":
    """Those who had a seat at an earlier evening and are not known to have stayed away."""
    return Contact.objects.filter(Exists(_visits(wave)))


def not_seen(wave: "Wave") -> "QuerySet[Contact]":
    """Past attendees who have not been to an evening for three months."""
    lately = _visits(wave).filter(event__starts_at__gt=timezone.now() - UNSEEN_FOR)
    return past_attendees(wave).exclude(Exists(lately))


def registered(wave: "Wave") -> "QuerySet[Contact]":
    """Those with a seat at this evening."""
    return _of(wave, Q(state=Registration.State.GOING))


def waiting(wave: "Wave") -> "QuerySet[Contact]":
    """Those in the queue for this evening."""
    return _of(wave, Q(state=Registration.State.WAITING))


def came(wave: "Wave") -> "QuerySet[Contact]":
    """Those who came; everybody with a seat where nobody kept a list at the door."""
    seats = Q(state=Registration.State.GOING)
    kept = wave.event.registrations.filter(came__isnull=False).exists()
    return _of(wave, seats & Q(came=True) if kept else seats)


def did_not_come(wave: "Wave") -> "QuerySet[Contact]":
    """Those with a seat of whom the door knows that they did not come."""
    return _of(wave, Q(state=Registration.State.GOING, came=False))


def speakers(wave: "Wave") -> "QuerySet[Contact]":
    """Those who speak at this evening and have said yes."""
    return Contact.objects.filter(
        talk_parts__accepted_at__isnull=False, talk_parts__proposal__talk__slot__event=wave.event_id
    ).distinct()


def crew(wave: "Wave") -> "QuerySet[Contact]":
    """The people who run the series, as far as they are known as guests too."""
    return Contact.objects.filter(user__organizer_roles__series=wave.event.series_id).distinct()


def ticked(wave: "Wave") -> "QuerySet[Contact]":
    """The people ticked in a list."""
    return Contact.objects.filter(waves=wave.pk)


def ticked_guests(wave: "Wave") -> "QuerySet[Contact]":
    """Of the people ticked in a list those who have a seat at this evening or wait for one."""
    alive = [Registration.State.GOING, Registration.State.WAITING, Registration.State.OFFERED]
    return _of(wave, Q(state__in=alive)).filter(waves=wave.pk)


def _visits(wave: "Wave") -> "QuerySet[Registration]":
    visits = Registration.objects.filter(
        contact=OuterRef("pk"),
        event__series=wave.event.series_id,
        event__status="published",
        event__ends_at__lte=timezone.now(),
        state=Registration.State.GOING,
    )
    return visits.exclude(came=False).exclude(event=wave.event_id)


def _of(wave: "Wave", which: Q) -> "QuerySet[Contact]":
    seats = Registration.objects.filter(which, event=wave.event_id, contact=OuterRef("pk"))
    people = Contact.objects.filter(Exists(seats))
    # Who was at an evening elsewhere, and came along in a file, has never asked us for mail (O25).
    if wave.event.source.startswith(BROUGHT_ALONG):
        follow = Subscription.objects.confirmed().filter(
            member__contact=OuterRef("pk"), member__series=wave.event.series_id
        )
        people = people.filter(Exists(follow))
    return people


AUDIENCES: dict[str, Audience] = {
    "followers": followers,
    "past_attendees": past_attendees,
    "not_seen": not_seen,
    "registered": registered,
    "waiting": waiting,
    "came": came,
    "did_not_come": did_not_come,
    "speakers": speakers,
    "crew": crew,
    "ticked": ticked,
    "ticked_guests": ticked_guests,
}
NAMES = {
    "followers": _("followers"),
    "past_attendees": _("past attendees"),
    "not_seen": _("past attendees not seen for three months"),
    "registered": _("people with a seat"),
    "waiting": _("people in the queue"),
    "came": _("people who came"),
    "did_not_come": _("people who did not come"),
    "speakers": _("speakers"),
    "crew": _("crew"),
    "ticked": _("people ticked in a list"),
    "ticked_guests": _("guests ticked in a list"),
}
# They have nothing to do with this evening yet: what they get is news, under caps and consent.
STRANGERS_TO_IT = frozenset({"followers", "past_attendees", "not_seen", "ticked"})
# Nobody belongs to them before the evening: what they get may come after it.
AFTERWARDS = frozenset({"came", "did_not_come"})
