"""Whose seats, and the ways to get one: the words in which pages, tasks and the admin ask."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import ngettext

from meetups.models import Event, Member, PromoLink, Refused, Series, Wish
from outbox.models import Suppression
from people.models import Contact
from registrations.seat_letters import remind_of_seat
from registrations.tokens import hash_of, token_from

if TYPE_CHECKING:
    from registrations.models.registration import Registration

# A seat that waits for the click in the mail is held that long (contract, "Messages").
HOLD = timedelta(hours=2)
# A no-show is forgotten after that (O5).
MISSED_WINDOW = timedelta(days=183)
# Whoever came that often within a year is waved through where seats need an organizer's yes.
REGULAR_VISITS = 3


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
        """The queue, first in line first, with those who wait for an organizer's yes."""
        return self.filter(state=self.model.State.WAITING).order_by("behind", "queue_no")

    def in_line(self, mode: str) -> Self:
        """Who gets the next seat of this mode, first in line first."""
        return self.waiting().filter(mode=mode, needs_approval=False)

    def to_approve(self) -> Self:
        """Requests that wait for an organizer's yes, the oldest first."""
        return self.waiting().filter(needs_approval=True)

    def arrived(self) -> Self:
        """Those who are known to have come."""
        return self.going().filter(came=True)

    def missed(self) -> Self:
        """Those marked as not having come; only where the door kept a list, or by hand (O5)."""
        return self.going().filter(came=False)

    def held_against(self, contact: Contact, series: Series) -> Self:
        """Her no-shows that still count: of the last six months, none of them contested."""
        since = timezone.now() - MISSED_WINDOW
        settled = [self.model.Appeal.NONE, self.model.Appeal.DENIED]
        marks = self.missed().filter(contact=contact, event__series=series, appeal__in=settled)
        return marks.filter(event__starts_at__gt=since)

    def is_regular(self, contact: Contact, series: Series) -> bool:
        """Whether she came to so many evenings of the last year that nobody need look twice."""
        since = timezone.now() - timedelta(days=365)
        came = self.arrived().filter(contact=contact, event__series=series)
        return came.filter(event__starts_at__gt=since).count() >= REGULAR_VISITS

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
        guests: int = 0,
        link: PromoLink | None = None,
    ) -> "Registration":
        """Give the contact a seat, or a place in the queue when the event is full.

        Repeatable: who is already there keeps what she has and is told so by mail. Raises
        Refused where the evening is not open. An organizer needs no click in the mail and may
        still add somebody after the start. The mail asks whether `wish` is hers.
        """
        with event.locked() as event:
            if event.status != Event.Status.PUBLISHED or not (event.is_open or by_organizer):
                raise Refused(_g("Seats for this evening can no longer be had."))
            if not by_organizer:
                Suppression.objects.welcome_back(contact.email)
            mine = event.registrations.active().filter(contact=contact)
            if mine.exists():  # Most who ask are new, and to read a row costs more.
                existing = mine.get()
                existing.event, existing.wish = event, wish
                remind_of_seat(existing)
                return existing
            seat = self._new(event, contact, mode, source)
            if guests > event.guests_allowed:
                raise Refused(_g("That is more guests than this evening has room for."))
            seat.wish, seat.guests, seat.link = wish, guests, link
            if not by_organizer:
                seat.needs_approval = event.approval and not self.is_regular(contact, event.series)
                seat.behind = self._missed_too_often(contact, event.series)
            seat.move_to(seat.first_state(event, by_organizer))
            return seat

    def add_walk_in(
        self, event: Event, contact: Contact, mode: str = "", over_limit: bool = False
    ) -> "Registration":
        """Somebody at the door: a seat at once and no mail.

        Raises Refused where all seats are taken. With `over_limit` the limit follows: who stands
        inside is inside, and of those who registered many stay away.
        """
        with event.locked() as event:
            seat = event.registrations.active().filter(contact=contact).first()
            seat = seat or self._new(event, contact, mode, "walk-in")
            if not seat.is_seated:
                self._make_room(event, seat, over_limit)
                seat.out_of_turn, seat.needs_approval = True, False
            seat.came, seat.came_by = True, seat.came_by or seat.Knows.HAND
            if seat.state == self.model.State.GOING:
                seat.save(update_fields=["came", "came_by"])
            seat.move_to(self.model.State.GOING, tell=False)
            return seat

    def _make_room(self, event: Event, seat: "Registration", over_limit: bool) -> None:
        left = event.seats_left(seat.mode)
        if left is None or left >= seat.seats:
            return
        if not over_limit:
            raise Refused(_g("All seats are taken. Raise the limit first, then add the guest."))
        field = "online_capacity" if seat.mode == Event.Mode.ONLINE else "capacity"
        setattr(event, field, event.taken(seat.mode) + seat.seats)
        event.save(update_fields=[field])

    def _missed_too_often(self, contact: Contact, series: Series) -> bool:
        limit = series.missed_limit
        return limit is not None and self.held_against(contact, series).count() >= limit

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
        """Move people from the queue into free seats; under the lock.

        First come, first served; who needs more seats than are free is passed by those who do not.
        """
        if event.status != Event.Status.PUBLISHED or event.starts_at <= timezone.now():
            return 0
        moved = 0
        for mode in event.modes:
            event.refresh_from_db(fields=["seats_taken", "online_taken"])
            moved += self._fill(event, mode, event.seats_left(mode))
        return moved

    def _fill(self, event: Event, mode: str, left: int | None) -> int:
        moved = 0
        queue = event.registrations.in_line(mode).select_related("contact")
        # The first of each round fits, so that each round fills at least one seat.
        while fitting := list(
            queue.all() if left is None else queue.filter(guests__lt=left)[:left]
        ):
            for registration in fitting:
                if left is not None and registration.seats > left:
                    continue
                registration.event = event
                registration.move_up()
                left = None if left is None else left - registration.seats
                moved += 1
        return moved

    def follow_mode(self, event: Event) -> None:
        """Take people along from a way to take part that the evening no longer has; under the lock.

        Raises Refused where the way that is left has too few seats for them.
        """
        gone = event.registrations.active().exclude(mode__in=event.modes)
        left = event.seats_left(event.modes[0])
        seated = gone.seated().aggregate(n=Sum(1 + F("guests"), default=0))["n"]
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
        waiting = self.filter(state=self.model.State.WAITING, needs_approval=False)
        for event in to_come.filter(registrations__in=waiting).distinct():
            with event.locked() as event:
                moved += self.fill_seats(event)
        return moved

    def overdue_holds(self) -> Self:
        """Seats held for a click, or offered, for which no yes came in time."""
        now = timezone.now()
        held = Q(state=self.model.State.PENDING, state_at__lt=now - HOLD)
        return self.filter(held | Q(state=self.model.State.OFFERED, offer_until__lte=now))

    def expire_holds(self) -> int:
        """Free the seats whose time to say yes is over and pass them on."""
        overdue = self.overdue_holds().select_related("event")
        return sum(registration.expire() for registration in overdue)
