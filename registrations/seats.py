"""Whose seats, and the ways to get one: the words in which pages, tasks and the admin ask."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import ngettext

from meetups.models import Event, Member, Refused, Wish
from people.models import Contact
from registrations.tokens import hash_of, token_from

if TYPE_CHECKING:
    from registrations.models import Registration

# A seat that waits for the click in the mail is held that long (contract, "Messages").
HOLD = timedelta(hours=2)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> Self:
        """With a seat or a place in the queue."""
        return self.filter(state__in=self.model.ACTIVE)

    def seated(self) -> Self:
        """Those who hold a seat, confirmed or not."""
        return self.filter(state__in=self.model.SEATED)

    def going(self) -> Self:
        return self.filter(state=self.model.State.GOING)

    def attended(self) -> Self:
        """Those who had a seat and of whom nobody noted that they stayed away."""
        return self.going().exclude(came=False)

    def waiting(self) -> Self:
        """The queue, first in line first."""
        return self.filter(state=self.model.State.WAITING).order_by("queue_no")

    def for_token(self, token: str) -> Self:
        """The one registration that this secret link opens."""
        return self.filter(token_hash=hash_of(token)).select_related(
            "event__series", "event__venue", "event__room", "contact"
        )

    def register(
        self,
        event: Event,
        contact: Contact,
        mode: str = "",
        source: str = "",
        by_organizer: bool = False,
        wish: Wish | None = None,
    ) -> "Registration":
        """Give the contact a seat, or a place in the queue when the event is full.

        Repeatable: who is already there keeps what she has and is told so by mail. Raises
        Refused where the evening is not open. An organizer needs no click in the mail and may
        still add somebody after the start. The mail asks whether `wish` is hers.
        """
        with event.locked() as event:
            if event.status != Event.Status.PUBLISHED or not (event.is_open or by_organizer):
                raise Refused(_g("Seats for this evening can no longer be had."))
            existing = event.registrations.active().filter(contact=contact).first()
            if existing:
                existing.event, existing.wish = event, wish
                existing.remind_of_itself()
                return existing
            seat = self._new(event, contact, mode, source)
            seat.wish = wish
            seat.move_to(seat.first_state(event, by_organizer))
            return seat

    def add_walk_in(self, event: Event, contact: Contact, mode: str = "") -> "Registration":
        """Somebody at the door: a seat at once and no mail. Raises Refused where all are taken."""
        with event.locked() as event:
            seat = event.registrations.active().filter(contact=contact).first()
            seat = seat or self._new(event, contact, mode, "walk-in")
            if not seat.is_seated:
                if event.seats_left(seat.mode) == 0:
                    raise Refused(
                        _g("All seats are taken. Raise the limit first, then add the guest.")
                    )
                seat.out_of_turn = True
            seat.came = True
            if seat.state == self.model.State.GOING:
                seat.save(update_fields=["came"])
            seat.move_to(self.model.State.GOING, tell=False)
            return seat

    def _new(self, event: Event, contact: Contact, mode: str, source: str) -> "Registration":
        """Not saved and in no state yet; the series knows the person from now on."""
        mode = mode or event.modes[0]
        if mode not in event.modes:
            raise Refused(_g("One cannot take part in this evening that way."))
        # One statement instead of four: this runs under the lock that everybody waits for.
        member = Member(series=event.series, contact=contact, source=source or "registration")
        Member.objects.bulk_create([member], ignore_conflicts=True)
        seat = self.model(event=event, contact=contact, mode=mode, source=source)
        seat.token_hash = hash_of(token_from(seat.seed))
        return seat

    def fill_seats(self, event: Event) -> int:
        """Move people from the queue into free seats, first come first served; under the lock."""
        moved = 0
        if event.status != Event.Status.PUBLISHED or event.starts_at <= timezone.now():
            return moved
        for mode in event.modes:
            event.refresh_from_db(fields=["seats_taken", "online_taken"])
            left = event.seats_left(mode)
            waiting = event.registrations.waiting().filter(mode=mode).select_related("contact")
            for registration in waiting[:left]:
                registration.event = event
                registration.move_to(self.model.State.GOING)
                moved += 1
        return moved

    def follow_mode(self, event: Event) -> None:
        """Take people along from a way to take part that the evening no longer has; under the lock.

        Raises Refused where the way that is left has too few seats for them.
        """
        gone = event.registrations.active().exclude(mode__in=event.modes)
        left, seated = event.seats_left(event.modes[0]), gone.seated().count()
        if left is not None and seated > left:
            sentence = ngettext(
                "%(count)d person would have no seat. Raise the limit first.",
                "%(count)d people would have no seat. Raise the limit first.",
                seated - left,
            )
            raise Refused(sentence % {"count": seated - left})
        gone.update(mode=event.modes[0])

    def fill_forgotten_seats(self) -> int:
        """Fill free seats beside a queue; every verb does so itself, so this must find none."""
        moved = 0
        to_come = Event.objects.published().filter(starts_at__gt=timezone.now())
        for event in to_come.filter(registrations__in=self.waiting()).distinct():
            with event.locked() as event:
                moved += self.fill_seats(event)
        return moved

    def overdue_holds(self) -> Self:
        """Seats held for a click that did not come in time."""
        return self.filter(state=self.model.State.PENDING, state_at__lt=timezone.now() - HOLD)

    def expire_holds(self) -> int:
        """Free the seats whose two hours are over and pass them on."""
        overdue = self.overdue_holds().select_related("event")
        return sum(registration.expire() for registration in overdue)
