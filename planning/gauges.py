"""Three or four gauges for each evening on the desk: how full, and in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event
from planning.crew import Roster
from registrations.turnout.prospects import Prospect
from venues.models import Venue

# Three talks make an evening (look.md, "The admin").
ENOUGH_TALKS = 3
STAGES = list(Venue.Stage)
AGREED = STAGES.index(Venue.Stage.AGREED) + 1


@dataclass(frozen=True)
class Counts:
    """What the rows of an evening itself do not say."""

    waiting: int = 0
    came: int = 0
    followers: int = 0
    reserves: int = 0
    asked: int = 0
    has_call: bool = False
    # Of the things that make a recap, once the evening is over (planning.recap).
    recap_done: int = 0
    recap_total: int = 0
    # Who will come, by its first way to take part; None for drafts and what is over.
    prospect: Prospect | None = None
    # Who helps; None where nobody is asked for.
    roster: Roster | None = None


@dataclass(frozen=True)
class Gauge:
    """A bar from 0 to `most`, with its name and what it means."""

    name: str
    value: int
    most: int
    words: str


def gauges_of(event: Event, counts: Counts) -> list[Gauge]:
    """Venue, guests and speakers; once it is over: who came, the recap, the videos."""
    if event.is_over:
        return [_came(event, counts), _recap(counts), _videos(event)]
    return [_venue(event), _guests(event, counts), *_turnout(counts), _speakers(event)]


def placed_talks(event: Event) -> list[Any]:
    """The talks in its agenda that somebody gives, agreed or not."""
    talks = [getattr(slot, "talk", None) for slot in event.slots.all()]
    return [talk for talk in talks if talk is not None and talk.speakers.all()]


def agreed_talks(event: Event) -> list[Any]:
    """Those of them whose speakers have said yes."""
    return [talk for talk in placed_talks(event) if talk.agreed_at]


def _venue(event: Event) -> Gauge:
    if event.mode == Event.Mode.ONLINE:
        ready = bool(event.online_url)
        return Gauge(_("Link"), int(ready), 1, _("there") if ready else _("not yet"))
    if event.venue is None:
        return Gauge(_("Venue"), 0, AGREED, _("none yet"))
    reached = min(STAGES.index(Venue.Stage(event.venue.stage)) + 1, AGREED)
    return Gauge(_("Venue"), reached, AGREED, f"{event.venue}, {event.venue.get_stage_display()}")


def _guests(event: Event, counts: Counts) -> Gauge:
    taken = event.seats_taken + event.online_taken
    limits = [event.limit(mode) for mode in event.modes]
    limit = sum(seats or 0 for seats in limits)
    if event.status == Event.Status.DRAFT and not taken:
        sentence = ngettext("%d person follows", "%d people follow", counts.followers)
        return Gauge(_("Guests"), 0, 1, sentence % counts.followers)
    if None in limits:
        words = ngettext("%d seat taken", "%d seats taken", taken) % taken
        return Gauge(_("Guests"), min(taken, 100), 100, words)
    words = _("%(taken)d of %(limit)d") % {"taken": taken, "limit": limit}
    if counts.waiting:
        words += " · " + ngettext("%d waits", "%d wait", counts.waiting) % counts.waiting
    return Gauge(_("Guests"), taken, max(limit, 1), words)


def _turnout(counts: Counts) -> list[Gauge]:
    """How many of those registered will come; nothing while they are too few to tell."""
    outlook = counts.prospect.outlook if counts.prospect else None
    if outlook is None:
        return []
    words = _("%(low)d–%(high)d will come") % {"low": outlook.low, "high": outlook.high}
    most = max(outlook.registered, outlook.high)
    return [Gauge(_("Turn-out"), outlook.expected, most, words)]


def _speakers(event: Event) -> Gauge:
    talks = len(agreed_talks(event))
    words = _("%(talks)d of %(enough)d") % {"talks": talks, "enough": ENOUGH_TALKS}
    if talks >= ENOUGH_TALKS:
        words = ngettext("%d talk", "%d talks", talks) % talks
    elif talks == ENOUGH_TALKS - 1:
        words += " · " + _("it works without the last one")  # need 94
    return Gauge(_("Speakers"), min(talks, ENOUGH_TALKS), ENOUGH_TALKS, words)


def _came(event: Event, counts: Counts) -> Gauge:
    came = event.came or counts.came
    seats = event.seats_taken + event.online_taken
    words = _("%(came)d of %(seats)d") % {"came": came, "seats": seats} if seats else str(came)
    return Gauge(_("Came"), min(came, seats) if seats else came, max(seats, came, 1), words)


def _recap(counts: Counts) -> Gauge:
    done, total = counts.recap_done, counts.recap_total
    words = _("%(done)d of %(total)d") % {"done": done, "total": total}
    return Gauge(_("Recap"), done, max(total, 1), words)


def _videos(event: Event) -> Gauge:
    talks = agreed_talks(event)
    videos = len([talk for talk in talks if talk.video_url])
    words = _("%(videos)d of %(talks)d") % {"videos": videos, "talks": len(talks)}
    return Gauge(_("Videos"), videos, max(len(talks), 1), words if talks else _("no talks"))
