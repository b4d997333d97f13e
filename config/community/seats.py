"""Writing registrations in bulk; the seat counter is the database's.

The file rules what it loaded itself. Whatever happened since in the house (a guest cancelled,
somebody moved up) is left as it is, so that an old file never takes a seat back or gives one again.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from config.community.people import CHUNK, SOURCE, contacts_by_email
from config.community.problems import Problems
from config.community.shapes import Record
from config.community.values import shown
from meetups.models import Event, Member
from people.models import Contact
from registrations.models import Registration
from registrations.offers import after_waking
from registrations.tokens import hash_of, token_from

State, SEATED = Registration.State, Registration.SEATED
CHANGING = ["state", "state_at", "queue_no", "offer_until", "out_of_turn", "came", "came_by"]


@dataclass
class Seats:
    """How many registrations the file no longer rules."""

    left: int = 0


def write_registrations(told: list[Record], problems: Problems) -> Seats:
    """All registrations of the file, evening by evening, each evening locked."""
    seats = Seats()
    contacts = contacts_by_email({record["email"] for record in told})
    by_event: dict[str, list[Record]] = defaultdict(list)
    for record in told:
        by_event[record["event"]].append(record)
    for slug in sorted(by_event):
        with Event.objects.get(slug=slug).locked() as event:
            _Guests(event, contacts, problems, seats).write(by_event[slug])
    return seats


class _Guests:
    """The guests of one evening, under its lock."""

    def __init__(
        self, event: Event, contacts: dict[str, Contact], problems: Problems, seats: Seats
    ) -> None:
        self.event, self.contacts = event, contacts
        self.problems, self.seats = problems, seats
        self.now = timezone.now()
        # A later registration of somebody replaces her cancelled one in this dictionary.
        stored = event.registrations.order_by("pk")
        self.known = {seat.contact_id: seat for seat in stored}
        self.queues = {seat.mode for seat in stored if seat.state == State.WAITING}
        self.left = {mode: event.seats_left(mode) for mode in event.modes}

    def write(self, told: list[Record]) -> None:
        """First what frees seats, then what takes them; with a problem, nothing is written."""
        for taking in (False, True):
            self._write(
                [each for each in told if (each.get("state", State.GOING) in SEATED) == taking]
            )
        Event.objects.filter(pk=self.event.pk).update(queue_last=self.event.queue_last)

    def _write(self, told: list[Record]) -> None:
        new, changed = [], []
        for record in told:
            contact = self.contacts[record["email"].lower()]
            known = self.known.get(contact.pk)
            if known is None:
                new.append(self._new(record, contact))
            elif self._change(known, record):
                changed.append(known)
        if self.problems:
            return
        Registration.objects.bulk_update(changed, CHANGING, batch_size=CHUNK)
        Registration.objects.bulk_create(new, batch_size=CHUNK)
        self._introduce([seat.contact for seat in new])

    def _new(self, told: Record, contact: Contact) -> Registration:
        mode = told.get("mode") or self.event.modes[0]
        if mode not in self.event.modes:
            self.problems.add(f"{told.place}.mode", f"this evening is not held {shown(mode)}")
        seat = Registration(event=self.event, contact=contact, mode=mode, source=SOURCE, rev=1)
        seat.token_hash = hash_of(token_from(seat.seed))
        seat.created_at, seat.guests = self.now, told.get("guests", 0)
        self._note(seat, told.get("came"))
        self._set(seat, told.get("state", State.GOING), told)
        return seat

    def _change(self, seat: Registration, told: Record) -> bool:
        """Follow the file where only files have touched the seat; False if nothing changes."""
        old_came, wanted = seat.came, told.get("state", seat.state)
        self._note(seat, told.get("came", seat.came))
        untouched = seat.source == SOURCE and seat.rev <= 1
        if wanted != seat.state:
            if untouched and wanted in Registration.MOVES[seat.state]:
                if seat.state in SEATED and wanted not in SEATED:
                    self._free(seat)
                self._set(seat, wanted, told, had_seat=seat.state in SEATED)
                return True
            self.seats.left += 1
        return seat.came != old_came

    def _set(self, seat: Registration, state: str, told: Record, had_seat: bool = False) -> None:
        """The state of a seat that the file gives, within the limit of the evening."""
        seat.state, seat.state_at = state, self.now
        if state == State.WAITING:
            self.event.queue_last += 1
            seat.queue_no = self.event.queue_last
        elif state in SEATED and not had_seat:
            seat.out_of_turn = seat.mode in self.queues
            self._take(seat, told)
        if state == State.OFFERED:
            hours = timedelta(hours=self.event.series.offer_hours)
            until = after_waking(self.now, hours, self.event.zone)
            seat.offer_until = min(until, self.event.starts_at)

    def _note(self, seat: Registration, came: bool | None) -> None:
        """Whether she came, and that the file says so: an organizer wrote it."""
        if came != seat.came:
            seat.came, seat.came_by = came, "" if came is None else Registration.Knows.HAND

    def _take(self, seat: Registration, told: Record) -> None:
        mode = seat.mode
        left = self.left.get(mode)
        if left is not None and left < seat.seats:
            sentence = f"all {self.event.limit(mode)} seats ({mode}) of this evening are given"
            self.problems.add(told.place, sentence)
        elif left is not None:
            self.left[mode] = left - seat.seats

    def _free(self, seat: Registration) -> None:
        left = self.left.get(seat.mode)
        if left is not None:
            self.left[seat.mode] = left + seat.seats

    def _introduce(self, contacts: list[Contact]) -> None:
        """The series knows its guests."""
        members = [
            Member(series=self.event.series, contact=contact, source=SOURCE) for contact in contacts
        ]
        Member.objects.bulk_create(members, batch_size=CHUNK, ignore_conflicts=True)
