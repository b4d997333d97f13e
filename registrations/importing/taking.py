"""A tried file is taken over: everything in one transaction, in bulk, and nobody is written to."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from meetups.models import Event, Member, Series, Subscription
from meetups.text import folded, free_slug
from outbox.models import Suppression
from outbox.models.suppression import address_hashes
from people.models import Contact
from registrations.importing.trying import CHUNK, Person, Plan, Seat
from registrations.models import Registration
from registrations.tokens import hash_of, token_from

SOURCE = "import"
T = TypeVar("T")


def write(plan: Plan) -> None:
    """Write what the plan says; the caller's transaction, and the caller holds the series.

    The evenings' rows are locked first, the lowest id first, as everybody who changes seats does.
    """
    known = [evening.row for evening in plan.evenings if evening.pk]
    list(Event.objects.select_for_update(no_key=True).filter(pk__in=known).order_by("pk"))
    _add_evenings(plan)
    new = plan.new_people
    _add_people(plan.series, new)
    _add_members(plan)
    _close_addresses(new)
    _add_seats(plan)
    _tell_who_came(plan)
    _close_lists(plan)


def chunks(things: Iterable[T]) -> Iterator[list[T]]:
    """The things by the thousand."""
    waiting = iter(things)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def _add_evenings(plan: Plan) -> None:
    """Past evenings, announced and over: no message about them is ever planned."""
    new = plan.new_evenings
    taken = set(Event.objects.values_list("slug", flat=True)) if new else set()
    rows = []
    for evening in new:
        slug = free_slug(f"{evening.title} {evening.date}", taken.__contains__, "evening")
        taken.add(slug)
        length = dt.timedelta(minutes=plan.series.usual_minutes)
        rows.append(
            Event(
                series=plan.series, slug=slug, title=evening.title, status=Event.Status.PUBLISHED,
                date=evening.date, time=evening.time, time_known=evening.time_known,
                zone=evening.zone, minutes=plan.series.usual_minutes, mode=evening.mode,
                starts_at=evening.starts_at, ends_at=evening.starts_at + length,
                source=evening.source, search_text=folded(evening.title),
            )
        )  # fmt: skip
    made = Event.objects.bulk_create(rows, batch_size=CHUNK)
    for evening, row in zip(new, made, strict=True):
        evening.pk = row.pk


def _add_people(series: Series, people: list[Person]) -> None:
    for chunk in chunks(people):
        rows = [
            Contact(
                email=one.line.address,
                name=one.line.name,
                language=one.line.language or series.language,
            )
            for one in chunk
        ]
        Contact.objects.bulk_create(rows, ignore_conflicts=True)
        by_key = {one.line.address.lower(): one for one in chunk}
        found = Contact.objects.alias(key=Lower("email")).filter(key__in=by_key)
        for pk, key in found.values_list("pk", Lower("email")):
            by_key[key].pk = pk


def _add_members(plan: Plan) -> None:
    """The series knows them from now on, and that they have agreed to nothing yet."""
    now = timezone.now()
    for chunk in chunks(plan.people.values()):
        new = [
            Member(
                series=plan.series, contact_id=one.row, source=SOURCE, tags=one.line.tag,
                first_met=one.first_met or now,
            )
            for one in chunk if not one.is_member
        ]  # fmt: skip
        Member.objects.bulk_create(new, ignore_conflicts=True)
        _note_consent(plan.series, [one for one in chunk if one.line.is_reachable])


def _note_consent(series: Series, people: list[Person]) -> None:
    """“Imported, not confirmed”: no news follows from it; who has said anything keeps her word."""
    said = Subscription.objects.filter(member=OuterRef("pk"))
    members = Member.objects.filter(series=series, contact__in=[one.row for one in people])
    silent = members.filter(~Exists(said)).values_list("pk", flat=True)
    rows = [Subscription(member_id=pk, source=SOURCE) for pk in silent]
    Subscription.objects.bulk_create(rows, ignore_conflicts=True)


def _close_addresses(people: list[Person]) -> None:
    """Who came without an address has one that leads nowhere; nothing is ever sent there."""
    nowhere = [one.line.address for one in people if not one.line.is_reachable]
    rows = [
        Suppression(address_hash=address_hashes(address)[0], reason=Suppression.Reason.BLOCKED)
        for address in nowhere
    ]
    Suppression.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)


def _add_seats(plan: Plan) -> None:
    places = _free_numbers(plan)
    for chunk in chunks(plan.new_seats):
        Registration.objects.bulk_create([_row(s, places) for s in chunk], ignore_conflicts=True)
    for event, last in places.items():
        Event.objects.filter(pk=event).update(queue_last=last)


def _free_numbers(plan: Plan) -> dict[int, int]:
    """The last number in the queue of each evening for which somebody waited."""
    asked = {seat.evening.row for seat in plan.new_seats if seat.is_waiting}
    return dict(Event.objects.filter(pk__in=asked).values_list("pk", "queue_last"))


def _row(seat: Seat, places: dict[int, int]) -> Registration:
    event, starts_at, line = seat.evening.row, seat.evening.starts_at, seat.line
    row = Registration(
        event_id=event, contact_id=seat.person.row, mode=seat.evening.mode, guests=line.guests,
        state=Registration.State.GOING, state_at=starts_at, rev=1, source=SOURCE,
        created_at=min(line.said or starts_at, starts_at), came=line.came,
        came_by=_by(line.came),
    )  # fmt: skip
    if seat.is_waiting:
        row.state, row.came, row.came_by = Registration.State.WAITING, None, ""
        row.queue_no = places[event] = places[event] + 1
    row.token_hash = hash_of(token_from(row.seed))
    return row


def _by(came: bool | None) -> str:
    knows = Registration.Knows
    return knows.NOBODY if came is None else knows.HAND


def _tell_who_came(plan: Plan) -> None:
    """Seats that stood already, and of which the file is the first to say whether she came."""
    told = [seat for seat in plan.seats if seat.tells]
    for came in (True, False):
        for chunk in chunks(seat for seat in told if seat.line.came is came):
            rows = Registration.objects.filter(pk__in=[seat.pk for seat in chunk], came=None)
            rows.update(came=came, came_by=_by(came))


def _close_lists(plan: Plan) -> None:
    """The list of who came is complete where the file tells of everybody with a seat (O5)."""
    told = {s.evening.row for s in plan.seats if s.line.came is not None and (s.tells or not s.pk)}
    going = Registration.objects.going().filter(event=OuterRef("pk"), came=None)
    events = Event.objects.filter(pk__in=told, list_closed_at=None)
    events.filter(Exists(going)).update(list_is_partial=True)
    events.exclude(Exists(going)).update(list_closed_at=timezone.now(), list_is_partial=False)
