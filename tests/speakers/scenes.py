"""How each letter to speakers comes to be written, by the verbs themselves."""

import datetime as dt

import time_machine

from meetups.models import Event
from outbox.models import Delivery
from people.models import Contact
from speakers.models import Call, Duty, Offer, Proposal
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_series,
    make_slot,
    make_venue,
)

NOW = dt.datetime(2026, 11, 2, 7, tzinfo=dt.UTC)  # ten in the morning in Minsk


class Scene:
    """One proposal, one evening on 10 December, and what organizers do with them."""

    def __init__(self, text: str = "Types without tears", name: str = "Ada") -> None:
        series = make_series(name="Minsk Python")
        make_organizer(series)
        self.text, self.name = text, name
        self.call: Call = make_call(series)
        self.event: Event = self.make_evening("Evening 61", "2026-12-10T19:00")
        self.other: Event = self.make_evening("Evening 62", "2027-01-14T19:00")
        self.ada: Contact = make_contact(name=name)

    def make_evening(self, title: str, starts: str) -> Event:
        event = make_event(
            self.call.series, title=title, starts=starts, venue=make_venue(name="Space"),
            getting_in="Ring at the blue door.",
        )  # fmt: skip
        make_slot(event, "welcome", minutes=10)
        for _n in range(2):
            make_slot(event, "talk")
        return event

    def proposal(self, state: str = "submitted", event: Event | None = None) -> Proposal:
        slot = self.place(event or self.event) if state == "confirmed" or event else None
        return make_proposal(
            self.call, state, contact=self.ada, slot=slot, title=self.text, notice_days=3
        )

    def place(self, event: Event):
        return event.slots.filter(kind="talk", talk=None).first()

    # One method for each letter

    def received(self):
        draft = self.proposal("draft")
        draft.submit()

    def offered(self):
        proposal = self.proposal()
        proposal.place(self.place(self.event))
        proposal.release()

    def accepted(self):
        self._told("submitted", "accept")

    def reserve(self):
        self._told("submitted", "keep_in_reserve")

    def declined(self):
        self._told("submitted", "decline", self.text)

    def reopened(self):
        self._told("declined", "reopen")

    def taken_off(self):
        self._told("confirmed", "take_off")

    def confirmed(self):
        self.proposal("accepted", self.event).confirm()

    def withdrawn(self):
        self.proposal().withdraw()

    def step_in(self):
        self.proposal("reserve")
        Offer.objects.offer(self.place(self.event))

    def step_in_taken(self):
        self.step_in()
        Delivery.objects.filter(template="speakers/step_in").delete()
        make_proposal(self.call, "confirmed", slot=self.place(self.event))

    def dropped_out(self):
        self.proposal("confirmed").pass_on(self.text)

    def nobody_left(self):
        self.step_in()
        Offer.objects.get().pass_on()

    def chase(self):
        self.proposal("accepted", self.event)
        with time_machine.travel(NOW + dt.timedelta(days=5), tick=False):
            Proposal.objects.chase_due()

    def evening_moved(self):
        self.proposal("confirmed")
        self.event.move(dt.date(2026, 12, 17))

    def evening_cancelled(self):
        self.proposal("confirmed")
        self.event.cancel(self.text)

    def duty_profile(self):
        self._reminded(19)

    def duty_slides(self):
        self._reminded(30)

    def duty_rehearsal(self):
        self._reminded(35)

    def duty_arrival(self):
        self._reminded(38)

    def _told(self, state: str, verb: str, *words: str) -> None:
        proposal = self.proposal(state)
        getattr(proposal, verb)(*words)
        proposal.release()

    def _reminded(self, days: int) -> None:
        """On the day of the duty, at nine in Minsk."""
        self.proposal("confirmed")
        with time_machine.travel(NOW + dt.timedelta(days=days) - dt.timedelta(hours=1), tick=False):
            Duty.objects.remind_due()
