"""What a phone at the door says is written down once and decided once (lesson 22, T36–T39)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone

from meetups.models import Event
from people.models import Contact
from registrations.door.codes import holders
from registrations.models import DoorKey, Registration, Scan

Kind, Result, State = Scan.Kind, Scan.Result, Registration.State


class Why(StrEnum):
    """The words of `Scan.reason`: why somebody was refused, or what is odd."""

    UNKNOWN = "unknown"  # no code of ours, or of somebody who erased herself
    OTHER_EVENING = "other_evening"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # held or offered, and not taken in time
    WAITING = "waiting"
    ONLINE = "online"  # has a seat, but not in this room
    EVENING_OFF = "evening_off"
    ENDED = "ended"  # the link of this phone
    CONFLICT = "conflict"  # let in at two doors, one of which did not know of the other
    BAD_EMAIL = "bad_email"  # a walk-in who is counted, but not known
    EARLY_UNDO = "early_undo"  # taken back before it arrived
    MISTYPED = Scan.MISTYPED  # a code of nobody that was typed, not scanned


@dataclass(frozen=True)
class Told:
    """One thing that a phone says; the id is its own, so that saying it twice changes nothing.

    Who: `registration` (its id), `code` (a ticket, or the address that carries it), for a walk-in
    also `name` and `email`. An undo names the scan (`undoes`) or the person. `typed`: a code that
    no camera read.
    """

    kind: str
    id: UUID = field(default_factory=uuid4)
    code: str = ""
    registration: int | None = None
    name: str = ""
    email: str = ""
    undoes: UUID | None = None
    device: str = ""
    scanned_at: datetime | None = None
    was_offline: bool = False
    typed: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of it: a result of `Scan.Result`, a word of `Why`, when and where she came in."""

    id: UUID
    result: str
    reason: str = ""
    registration: int | None = None
    at: datetime | None = None
    door: str = ""


def take(event: Event, told: Sequence[Told], key: DoorKey | None = None) -> list[Answer]:
    """Store each of these once and say what became of it, in the same order. Writes no mail.

    An id that is known gets its stored answer. The first valid scan of a seat lets its holder in
    (came, came_by=door, arrived_at by our clock), later ones are "already" with time and door.
    Order is that of arrival; the phone's clock is kept beside it and decides nothing (T39).
    Nothing is dropped and nothing raised: what is senseless is stored as refused.
    """
    with event.locked() as event:
        desk = _Desk(event, key, told)
        answers = [desk.answer(one) for one in told]
        desk.write()
        return answers


class _Desk:
    """One evening under its lock, with all it has to know of these scans: a phone that was an hour
    without network sends fifty at once, and the other doors wait meanwhile.
    """

    def __init__(self, event: Event, key: DoorKey | None, told: Sequence[Told]) -> None:
        self.event, self.key, self.now = event, key, timezone.now()
        ids = [one.id for one in told]
        self.known = Scan.objects.select_related("key").in_bulk(ids)
        early = event.scans.filter(kind=Kind.UNDO, told__in=[str(one) for one in ids])
        self.void = set(early.values_list("told", flat=True))
        self.holders = holders(event, {one.code for one in told})
        seats = {self._seat(one) for one in told}
        people = Registration.objects.select_related("contact")
        self.people = people.in_bulk([seat for seat in seats if seat])
        seats |= {scan.registration_id for scan in self.known.values()}
        inside = event.scans.select_related("key").filter(result=Result.ADMITTED)
        self.inside = {one.registration_id: one for one in inside.filter(registration__in=seats)}
        self.new: list[Scan] = []
        self.came: list[int] = []

    def answer(self, told: Told) -> Answer:
        scan = self.known.get(told.id)
        if scan and scan.event_id != self.event.pk:  # not by chance: the ids are random
            return Answer(told.id, Result.REFUSED, Why.OTHER_EVENING)
        if not scan:
            scan = self.known[told.id] = self._new(told)
            self._decide(scan, told)
            self.new.append(scan)
        is_double = scan.result == Result.ALREADY
        first = self.inside.get(scan.registration_id) if is_double else scan
        at, door = (first.received_at, first.where) if first else (None, "")
        return Answer(told.id, scan.result, scan.reason, scan.registration_id, at, door)

    def write(self) -> None:
        """Everything decided so far, in two statements."""
        Scan.objects.bulk_create(self.new)
        Registration.objects.filter(pk__in=self.came).update(
            came=True, came_by=Registration.Knows.DOOR, arrived_at=self.now
        )
        self.new, self.came = [], []

    def _seat(self, told: Told) -> int | None:
        return told.registration or self.holders.get(told.code)

    def _new(self, told: Told) -> Scan:
        words = str(told.undoes or "") if told.kind == Kind.UNDO else told.name or told.code
        return Scan(
            id=told.id,
            event=self.event,
            key=self.key,
            kind=told.kind,
            told=words[:200],
            device=told.device[:40],
            was_offline=told.was_offline,
            scanned_at=told.scanned_at or self.now,
            received_at=self.now,
        )

    def _decide(self, scan: Scan, told: Told) -> None:
        if told.kind == Kind.UNDO:
            self._undo(scan, told)
        elif self.event.is_cancelled:
            scan.refuse(Why.EVENING_OFF)
        elif self.key and not self.key.is_open:
            scan.refuse(Why.ENDED)
        elif str(scan.pk) in self.void:
            scan.result, scan.reason = Result.UNDONE, Why.EARLY_UNDO
        elif told.kind == Kind.WALK_IN:
            self._walk_in(scan, told)
        else:
            self._check(scan, told)

    # Who is let in

    def _check(self, scan: Scan, told: Told) -> None:
        found, why = self._find(told)
        scan.registration = found
        if found and not why and found.pk not in self.inside:
            why = why_not(self.event, found)
        if found is None or why:
            scan.refuse(why)
        else:
            self._let_in(scan, found)

    def _find(self, told: Told) -> tuple[Registration | None, str]:
        """Whose it is, or why not. The ticket of a seat given back is good for her newer one."""
        seat = self._seat(told)
        found = self.people.get(seat) if seat else None
        if found is None:
            return None, Why.MISTYPED if told.typed else Why.UNKNOWN
        if found.event_id != self.event.pk:
            return None, Why.OTHER_EVENING
        if found.state not in Registration.ACTIVE:
            newer = self.event.registrations.active().filter(contact=found.contact).first()
            found = newer or found
        found.event = self.event
        return found, ""

    def _walk_in(self, scan: Scan, told: Told) -> None:
        """Somebody who stands inside: known by a registration or an address, else only counted."""
        contact, why = self._contact(told)
        if contact:
            seat = Registration.objects.add_walk_in(self.event, contact, over_limit=True)
            self._let_in(scan, seat)
        elif why and why != Why.BAD_EMAIL:
            scan.refuse(why)
        else:
            scan.result, scan.reason = Result.ADMITTED, why

    def _contact(self, told: Told) -> tuple[Contact | None, str]:
        if told.registration or told.code:
            found, why = self._find(told)
            return found.contact if found else None, why
        if not told.email:
            return None, ""
        language = self.event.series.language
        try:
            return Contact.objects.for_email(told.email, told.name, language), ""
        except ValidationError:
            return None, Why.BAD_EMAIL

    def _let_in(self, scan: Scan, registration: Registration) -> None:
        """The first scan of a seat admits; the constraint `scan_admits_once` stands behind it."""
        scan.registration = registration
        if first := self._first(registration.pk):
            scan.result = Result.ALREADY
            if scan.was_offline and scan.device != first.device:
                scan.reason = Why.CONFLICT
            return
        scan.result = Result.ADMITTED
        self.inside[registration.pk] = scan
        self.came.append(registration.pk)
        # She stands here: that is the yes to a seat held for her or offered to her.
        registration.move_to(State.GOING, tell=False)

    def _first(self, registration_id: int) -> Scan | None:
        """The scan that let her in; asked for where the ticket did not name her."""
        if registration_id not in self.inside and registration_id not in self.people:
            scans = self.event.scans.select_related("key").filter(result=Result.ADMITTED)
            if first := scans.filter(registration=registration_id).first():
                self.inside[registration_id] = first
        return self.inside.get(registration_id)

    # What is taken back

    def _undo(self, scan: Scan, told: Told) -> None:
        """One scan, or all of one person. A scan that is still on its way is void when it comes."""
        self.write()
        scan.result = Result.UNDONE
        wrong = self.event.scans.filter(result__in=[Result.ADMITTED, Result.ALREADY])
        if told.undoes:
            self.void.add(str(told.undoes))
            wrong = wrong.filter(pk=told.undoes)
        else:
            scan.registration, why = self._find(told)
            if why:
                return scan.refuse(why)
            wrong = wrong.filter(registration=scan.registration)
        for one in wrong.select_related("registration"):
            scan.registration = one.registration
            self._becomes(one, Result.UNDONE)
        if scan.registration:
            self._settle(scan.registration)
        return None

    def _settle(self, registration: Registration) -> None:
        """Whoever was also seen at another door came in there; else nobody says that she came."""
        scans = self.event.scans.select_related("key").filter(registration=registration)
        first = scans.filter(result=Result.ADMITTED).first()
        if not first and (first := scans.filter(result=Result.ALREADY).first()):
            self._becomes(first, Result.ADMITTED)
        if first:
            self.inside[registration.pk] = first
            came = {"arrived_at": first.received_at}
            Registration.objects.filter(pk=registration.pk).update(**came)
        else:
            self.inside.pop(registration.pk, None)
            self._goes_out(registration)
        fresh = Registration.objects.select_related("contact").in_bulk([registration.pk])
        self.people.update(fresh)

    def _goes_out(self, registration: Registration) -> None:
        by_door = Registration.objects.filter(pk=registration.pk, came_by=Registration.Knows.DOOR)
        by_door.update(came=None, came_by="", arrived_at=None)
        # The seat of a walk-in who never walked in would be a no-show of hers.
        walked_in = self.event.scans.filter(registration=registration, kind=Kind.WALK_IN)
        if registration.source == "walk-in" and walked_in.exists():
            registration.refresh_from_db()
            registration.event = self.event
            registration.move_to(State.CANCELLED, tell=False)
            Registration.objects.fill_seats(self.event)

    def _becomes(self, scan: Scan, result: str) -> None:
        Scan.objects.filter(pk=scan.pk).update(result=result)
        scan.result = result
        if scan.pk in self.known:
            self.known[scan.pk].result = result


def why_not(event: Event, registration: Registration) -> str:
    """Why its holder has no seat in this room now; "" where she is to be let in."""
    if registration.state in {State.CANCELLED, State.WAITING}:
        return registration.state
    if registration.state == State.EXPIRED or registration.is_overdue:
        return Why.EXPIRED
    if registration.mode == Event.Mode.ONLINE and Event.Mode.ONSITE in event.modes:
        return Why.ONLINE
    return ""
