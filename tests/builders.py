"""What a test needs to exist: plain functions with plain defaults; a counter keeps names apart.

Nothing here writes a message. Times are the program's clock, so a frozen clock moves them along.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.utils import timezone

from mailings.models import Wave
from meetups.models import Event, Line, Member, Organizer, Series, Slot, Subscription
from outbox.models import Delivery
from people.models import Contact, User
from registrations.models import Registration
from registrations.tokens import hash_of, token_from
from speakers.models import Call, Lead, Proposal, Rehearsal, Speaker, Talk, Topic, Voice
from venues.models import Room, Venue

PASSWORD = "one evening a month"

_numbers = count(1)


def make_user(email: str = "", password: str = PASSWORD, **fields: Any) -> User:
    """Somebody who can sign in, her address proved."""
    email = email or f"user-{next(_numbers)}@example.org"
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_organizer(series: Series, role: str = "owner", email: str = "", **fields: Any) -> User:
    """A user with this role in the series."""
    user = make_user(email, **fields)
    Organizer.objects.create(series=series, user=user, role=role)
    return user


def make_series(slug: str = "", **fields: Any) -> Series:
    number = next(_numbers)
    defaults = {"name": f"Series {number}", "time_zone": "Europe/Minsk", "language": "en"}
    return Series.objects.create(slug=slug or f"series-{number}", **defaults | fields)


def make_line(series: Series, slug: str = "", name: str = "") -> Line:
    slug = slug or f"line-{next(_numbers)}"
    return Line.objects.create(series=series, slug=slug, name=name or slug.capitalize())


def make_venue(rooms: Sequence[str] = ("Hall",), **fields: Any) -> Venue:
    """A venue with rooms of these names, a hundred people each."""
    number = next(_numbers)
    defaults = {
        "slug": f"venue-{number}",
        "name": f"Venue {number}",
        "address": f"Main Street {number}",
    }
    venue = Venue.objects.create(**defaults | fields)
    for name in rooms:
        Room.objects.create(venue=venue, name=name, capacity=100)
    return venue


def make_event(
    series: Series | None = None,
    starts_in: timedelta = timedelta(days=21),
    starts: str = "",
    **fields: Any,
) -> Event:
    """A published evening; `starts` is its wall time ("2026-12-10T19:00"), else from now."""
    series = series or make_series()
    number = next(_numbers)
    zone = ZoneInfo(fields.get("zone") or series.time_zone)
    from_now = (timezone.now() + starts_in).astimezone(zone)
    wall = datetime.fromisoformat(starts) if starts else from_now
    defaults = {"slug": f"evening-{number}", "title": f"Evening {number}", "status": "published"}
    when = {"date": wall.date(), "time": wall.time().replace(microsecond=0)}
    return Event.objects.create(series=series, **defaults | when | fields)


def make_slot(event: Event, kind: str = "break", title: str = "", minutes: int = 20) -> Slot:
    """One more item at the end of the agenda."""
    position = event.slots.count()
    return Slot.objects.create(
        event=event, position=position, kind=kind, title=title, minutes=minutes
    )


def make_speaker(series: Series, name: str = "", **fields: Any) -> Speaker:
    speaker = Speaker.objects.create(name=name or f"Speaker {next(_numbers)}", **fields)
    speaker.series.add(series)
    return speaker


def make_talk(
    event: Event, title: str = "", speakers: Sequence[Speaker | str] = (), **fields: Any
) -> Talk:
    """A talk at the end of the evening's agenda; the archive finds the evening by it."""
    number = next(_numbers)
    defaults = {"slug": f"talk-{number}", "title": title or f"Talk {number}"}
    slot = make_slot(event, kind="talk")
    talk = Talk.objects.create(series=event.series, slot=slot, **defaults | fields)
    known = [make_speaker(event.series, s) if isinstance(s, str) else s for s in speakers]
    talk.speakers.set(known)
    event.reindex()
    return talk


def make_contact(email: str = "", name: str = "", **fields: Any) -> Contact:
    number = next(_numbers)
    defaults = {"language": "en"}
    email, name = email or f"guest-{number}@example.org", name or f"Guest {number}"
    return Contact.objects.create(email=email, name=name, **defaults | fields)


def make_member(series: Series, contact: Contact | None = None, **fields: Any) -> Member:
    return Member.objects.create(series=series, contact=contact or make_contact(), **fields)


def make_wave(event: Event, due: str = "", **fields: Any) -> Wave:
    """A released first invitation, due now or at this wall time; the evening has no other."""
    event.waves.all().delete()
    wall = datetime.fromisoformat(due) if due else timezone.now().astimezone(ZoneInfo(event.zone))
    defaults = {"number": 1, "state": Wave.State.RELEASED, "anyway": True}
    when = {"days_before": (event.date - wall.date()).days, "at": wall.time()}
    if fields.get("purpose", "invitation") != "invitation":
        defaults["number"] = None
    return Wave.objects.create(event=event, **defaults | when | fields)


def make_follower(
    series: Series, contact: Contact | None = None, line: Line | None = None, **fields: Any
) -> Subscription:
    """Somebody who follows the series, or one of its lines, and confirmed it."""
    contact = contact or make_contact()
    member, _created = Member.objects.get_or_create(series=series, contact=contact)
    defaults = {"source": "form", "confirmed_at": timezone.now()}
    return Subscription.objects.create(member=member, line=line, **defaults | fields)


# How one gets into each state through the door that registrations themselves use.
_WAYS = {
    "going": ["going"],
    "waiting": ["waiting"],
    "pending": ["pending"],
    "offered": ["waiting", "offered"],
    "expired": ["pending", "expired"],
    "cancelled": ["going", "cancelled"],
}


def make_registration(
    event: Event, state: str = "going", contact: Contact | None = None, **fields: Any
) -> Registration:
    """A registration in this state, without any mail; `event` then knows the seats taken."""
    seat = Registration(event=event, contact=contact or make_contact(), **fields)
    seat.mode = seat.mode or event.modes[0]
    seat.token_hash = hash_of(token_from(seat.seed))
    Member.objects.get_or_create(series=event.series, contact=seat.contact)
    if state == "offered":
        seat.offer_until = seat.offer_until or timezone.now() + timedelta(hours=6)
    with event.locked():
        for step in _WAYS[state]:
            seat.move_to(step, tell=False)
    event.refresh_from_db(fields=["seats_taken", "online_taken", "queue_last"])
    return seat


def make_rehearsal(event: Event, days: int = 10, hour: int = 19, **fields: Any) -> Rehearsal:
    """A time to try a talk of this evening, so many days from now; free."""
    day = timezone.now().date() + timedelta(days=days)
    return Rehearsal.objects.create(event=event, date=day, time=time(hour), **fields)


def make_call(series: Series | None = None, **fields: Any) -> Call:
    """A standing call that is open, with the usual formats and criteria."""
    series = series or make_series()
    defaults = {"slug": f"call-{next(_numbers)}", "title": "Talks wanted"}
    call = Call.objects.create(series=series, **defaults | fields)
    call.furnish()
    return call


def make_topic(series: Series | None = None, title: str = "", **fields: Any) -> Topic:
    """A topic that everybody sees; `shown_at=None` is one that waits for an organizer's eye."""
    defaults = {"title": title or f"Topic {next(_numbers)}", "shown_at": timezone.now()}
    return Topic.objects.create(series=series or make_series(), **defaults | fields)


def make_voices(
    topic: Topic, count: int = 1, audience: str = "", source: str = "interview"
) -> None:
    """So many people of this audience want the topic; votes are those of new contacts."""
    for _n in range(count):
        contact = None if source == "interview" else make_contact()
        Voice.objects.create(topic=topic, contact=contact, audience=audience, source=source)


def make_lead(series: Series | None = None, **fields: Any) -> Lead:
    """Somebody to be asked, with an address."""
    number = next(_numbers)
    defaults = {"name": f"Lead {number}", "email": f"lead-{number}@example.org"}
    return Lead.objects.create(series=series or make_series(), **defaults | fields)


def make_proposal(
    call: Call | None = None,
    state: str = "submitted",
    contact: Contact | None = None,
    slot: Slot | None = None,
    **fields: Any,
) -> Proposal:
    """A proposal in this state whose speaker knows it; "confirmed" stands in `slot`, or in one of
    a new evening. Nothing of it is left in the outbox.
    """
    call = call or make_call()
    contact = contact or make_contact()
    name = contact.name or f"Speaker {next(_numbers)}"
    speaker = Speaker.objects.filter(contact=contact).first() or make_speaker(
        call.series, name, contact=contact
    )
    defaults = {"title": f"Proposal {next(_numbers)}", "abstract": "What it is about."}
    proposal = Proposal(call=call, format=call.formats.first(), **defaults | fields)
    proposal.state = "draft"
    proposal.save()
    proposal.add_author(contact, speaker)
    if state != "draft":
        proposal.submit()
    if state == "confirmed" or (slot and state == "accepted"):
        slot = slot or make_slot(make_event(call.series), kind="talk")
        proposal.place(slot, agreed=state == "confirmed")
    elif state == "accepted":
        proposal.accept()
    elif state == "reserve":
        proposal.keep_in_reserve(fields.get("notice_days"))
    elif state == "declined":
        proposal.decline()
    elif state == "withdrawn":
        proposal.withdraw()
    proposal.release()
    Delivery.objects.filter(about=f"proposal:{proposal.pk}").delete()
    Proposal.objects.filter(pk=proposal.pk).update(told_rev=0, knew_rev=0)  # told elsewhere
    return Proposal.objects.get(pk=proposal.pk)
