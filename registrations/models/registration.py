"""One person's seat or place in the queue, and the one door through which it changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, PromoLink, Refused, Wish
from people.models import Contact
from registrations import room, seat_letters
from registrations.feedback.forms import FeedbackForm
from registrations.models.seats import HOLD, RegistrationQuerySet
from registrations.offers import offer_until
from registrations.tokens import new_seed, ticket_for, token_for


class Registration(models.Model):
    """One person's seat, or place in the queue, at one evening."""

    class State(models.TextChoices):
        PENDING = "pending", _("held until confirmed by mail")
        GOING = "going", _("has a seat")
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("seat offered")
        EXPIRED = "expired", _("not taken in time")
        CANCELLED = "cancelled", _("cancelled")

    ACTIVE = frozenset({State.PENDING, State.GOING, State.WAITING, State.OFFERED})
    SEATED = frozenset({State.PENDING, State.GOING, State.OFFERED})
    # From where one may get where; "" is a registration that does not exist yet.
    MOVES = {
        "": {State.PENDING, State.GOING, State.WAITING},
        State.PENDING: {State.GOING, State.EXPIRED, State.CANCELLED},
        State.WAITING: {State.OFFERED, State.GOING, State.CANCELLED},
        State.OFFERED: {State.GOING, State.EXPIRED, State.CANCELLED},
        State.GOING: {State.CANCELLED},
        State.EXPIRED: set(),
        State.CANCELLED: set(),
    }

    class Knows(models.TextChoices):
        """Who says whether she came."""

        NOBODY = "", _("nobody")
        DOOR = "door", _("a scan at the door")
        HAND = "hand", _("an organizer")
        LIST = "list", _("not on the list of the door")

    class Appeal(models.TextChoices):
        NONE = "", _("none")
        OPEN = "open", _("she says she was there, or had a reason")
        GRANTED = "granted", _("the mark is gone")
        DENIED = "denied", _("the mark stays")

    event = models.ForeignKey(
        Event, models.PROTECT, related_name="registrations", verbose_name=_("evening")
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="registrations", verbose_name=_("person")
    )
    mode = models.CharField(
        _("how"), max_length=6, choices=[(m.value, m.label) for m in list(Event.Mode)[:2]]
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default="")
    state_at = models.DateTimeField(_("since"), default=timezone.now)
    rev = models.PositiveIntegerField(default=0, editable=False)
    queue_no = models.PositiveIntegerField(_("number in the queue"), null=True, blank=True)
    # People she brings along; each takes a seat of the same mode.
    guests = models.PositiveSmallIntegerField(_("brings along"), default=0)
    # Waits for an organizer's yes, and is passed by the queue until then.
    needs_approval = models.BooleanField(_("waits for approval"), default=False)
    # Missed evenings lately: stands behind the others in the queue (Series.missed_limit).
    behind = models.BooleanField(default=False, editable=False)
    offer_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    link = models.ForeignKey(
        PromoLink, models.SET_NULL, null=True, blank=True, related_name="registrations",
        verbose_name=_("by the link of"),
    )  # fmt: skip
    is_shown = models.BooleanField(_("others who come may see the name"), default=False)
    mixes = models.BooleanField(_("joins the circles"), null=True, blank=True)
    # Let in ahead of the queue by an organizer (invariant I4 knows).
    out_of_turn = models.BooleanField(default=False, editable=False)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    coming_at = models.DateTimeField(_("said “I am coming”"), null=True, blank=True)
    came = models.BooleanField(_("came"), null=True, blank=True)
    came_by = models.CharField(
        _("who says so"), max_length=4, choices=Knows, blank=True, editable=False
    )
    arrived_at = models.DateTimeField(_("came in"), null=True, blank=True)
    appeal = models.CharField(_("contested"), max_length=7, choices=Appeal, blank=True)
    appeal_text = models.CharField(_("in her words"), max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now)

    objects = RegistrationQuerySet.as_manager()
    # What she ticked beside asking for the seat: her mail about it carries the click for that, too.
    wish: Wish | None = None

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [
            models.Index(fields=["event", "state", "queue_no"], name="registration_by_state"),
            models.Index(
                fields=["state_at"], condition=Q(state="pending"), name="registration_pending"
            ),
            models.Index(
                fields=["offer_until"], condition=Q(state="offered"), name="registration_offered"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "contact"],
                condition=Q(state__in=["pending", "going", "waiting", "offered"]),
                name="registration_once_per_event",
                violation_error_message=_("This person is already registered."),
            ),
            models.UniqueConstraint(
                fields=["event", "queue_no"], name="registration_queue_number_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["pending", "going", "waiting", "offered", "expired", "cancelled"]
                ),
                name="registration_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queue_no__isnull=False),
                name="registration_waiting_has_number",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=False) | ~Q(state__in=["pending", "going", "offered"]),
                name="registration_seat_is_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offer_until__isnull=False),
                name="registration_offer_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} – {self.event}"

    def get_absolute_url(self) -> str:
        """The holder's page; known to her alone, from her mails."""
        return reverse("registrations:detail", args=[self.token])

    @property
    def is_seated(self) -> bool:
        return self.state in self.SEATED

    @property
    def token(self) -> str:
        return token_for(self.seed, self.token_hash)

    @property
    def ticket(self) -> str:
        """What the code at the door carries: it names the seat and opens nothing else."""
        return ticket_for(self.pk)

    @property
    def seats(self) -> int:
        """How many seats it takes: hers, and one for each guest."""
        return 1 + self.guests

    @property
    def place_in_queue(self) -> int:
        """1 for the first in line of this mode; 0 for whoever waits for an organizer's yes."""
        if self.needs_approval:
            return 0
        return room.place_in_line(self)

    def kept_talks(self) -> list[Any]:
        """Talks whose speakers show them only to those who came, for somebody who did."""
        was_there = self.state == self.State.GOING and self.came is not False
        if not (was_there and self.event.is_over):
            return []
        slots = self.event.slots.filter(talk__visibility="attendees")
        return [slot.talk for slot in slots.exclude(talk__agreed_at=None).select_related("talk")]

    @property
    def may_have_been_there(self) -> bool:
        """The evening is over, and she had a seat and was not missed, or was let in."""
        if self.event.is_cancelled or not self.event.is_over:
            return False
        return bool(self.came) or (self.state == self.State.GOING and self.came is None)

    def feedback_form(self, *given: Any) -> FeedbackForm | None:
        """What its holder may say of the evening; None while there is nothing to say."""
        return FeedbackForm(self, *given) if self.may_have_been_there else None

    def facts(self) -> dict[str, Any]:
        """What a message to the holder says; the link itself is made when it is sent."""
        return seat_letters.facts(self)

    def first_state(self, event: Event, by_organizer: bool) -> str:
        """A seat if enough are free and nobody waits for as few, else the queue."""
        if self.needs_approval:
            return self.State.WAITING
        left = event.seats_left(self.mode)
        if left is not None and (left < self.seats or self._has_rivals(event)):
            return self.State.WAITING
        held = event.series.confirm_by_mail and not by_organizer
        return self.State.PENDING if held else self.State.GOING

    def _has_rivals(self, event: Event) -> bool:
        """Whether somebody in line would be content with as many seats."""
        return event.registrations.in_line(self.mode).filter(guests__lte=self.guests).exists()

    # Verbs

    def confirm(self) -> None:
        """Her yes: the held or offered seat is hers. Nothing changes where it already was.

        Raises Refused where no seat is held for her: a click must not overtake the queue.
        """
        with self._fresh() as fresh:
            if fresh.state == self.State.WAITING:
                raise Refused(_g("No seat is free yet. We write to you as soon as one is."))
            if fresh.offer_until and fresh.state in {self.State.OFFERED, self.State.EXPIRED}:
                fresh._must_not_be_late()
            elif fresh.state not in self.SEATED:
                raise Refused(_g("The two hours are over and the seat went on. Please ask again."))
            fresh.move_to(self.State.GOING)
        self.refresh_from_db()

    def cancel(self, letter: str = "") -> None:
        """Free the seat, or leave the queue, and pass the seat to the next in line.

        Raises Refused for an evening that is cancelled or over: there is no seat to give back.
        """
        with self._fresh(must_be_on=False) as fresh:
            if fresh.state in self.ACTIVE:
                room.must_be_on(fresh.event)
                seat_letters.withdraw_reminders(fresh)
                fresh.move_to(self.State.CANCELLED, letter)
                Registration.objects.fill_seats(fresh.event)
        self.refresh_from_db()

    def give_seat(self) -> None:
        """Let somebody in ahead of the queue. Raises Refused where no seat is free."""
        with self._fresh() as fresh:
            left = fresh.event.seats_left(fresh.mode)
            if fresh.state == self.State.WAITING and left is not None and left < fresh.seats:
                raise Refused(_g("No seat is free. Raise the limit first."))
            fresh.out_of_turn, fresh.needs_approval = True, False
            fresh.move_to(self.State.GOING)
        self.refresh_from_db()

    def approve(self) -> None:
        """An organizer's yes: a seat if one is free, else a place in line from now on."""
        with self._fresh() as fresh:
            if not (fresh.state == self.State.WAITING and fresh.needs_approval):
                return
            fresh.needs_approval = False
            fresh._queue_anew()
            fresh.save(update_fields=["needs_approval", "queue_no", "state_at", "rev"])
            Registration.objects.fill_seats(fresh.event)
            fresh.refresh_from_db(fields=["state"])
            if fresh.state == self.State.WAITING:
                seat_letters.write(fresh, "registrations/waiting")
        self.refresh_from_db()

    def decline(self) -> None:
        """An organizer's no to a request; she is told kindly."""
        self.cancel("registrations/declined")

    def change(self, mode: str = "", guests: int | None = None) -> None:
        """How she takes part and whom she brings; freed seats go on at once.

        Raises Refused where the seats are not free: then nothing changes.
        """
        with self._fresh() as fresh:
            old = (fresh.mode, fresh.guests)
            new = (mode or fresh.mode, fresh.guests if guests is None else guests)
            if new == old or fresh.state not in self.ACTIVE:
                return
            room.must_have_room(fresh, *new)
            fresh.mode, fresh.guests = new
            if fresh.state == self.State.WAITING:
                fresh._queue_anew()
            else:
                # Her number says nothing about what she asks for now (invariant I4).
                fresh.rev, fresh.out_of_turn = fresh.rev + 1, True
            fresh.save(
                update_fields=["mode", "guests", "rev", "queue_no", "state_at", "out_of_turn"]
            )
            changed = fresh.rev
            Registration.objects.fill_seats(fresh.event)
            fresh.refresh_from_db(fields=["state", "rev"])
            if fresh.rev == changed:  # not moved up by it, which has a letter of its own
                seat_letters.write(fresh, "registrations/changed")
        self.refresh_from_db()

    def prefer(self, is_shown: bool, mixes: bool | None) -> None:
        """Whether others who come see her name, and whether she joins the circles."""
        Registration.objects.filter(pk=self.pk).update(is_shown=is_shown, mixes=mixes)

    def contest(self, words: str) -> None:
        """ "I was there": the mark counts for nothing until an organizer has looked at it (O5)."""
        Registration.objects.missed().filter(pk=self.pk, appeal=self.Appeal.NONE).update(
            appeal=self.Appeal.OPEN, appeal_text=words, appealed_at=timezone.now()
        )
        self.refresh_from_db()

    def settle_appeal(self, was_there: bool) -> None:
        """She came after all, or the mark stays; raises Refused where that is settled already."""
        open_ones = Registration.objects.filter(pk=self.pk, appeal=self.Appeal.OPEN)
        answer: dict[str, Any] = {"appeal": self.Appeal.DENIED}
        if was_there:
            answer = {"appeal": self.Appeal.GRANTED, "came": True, "came_by": self.Knows.HAND}
        if not open_ones.update(**answer):
            raise Refused(_g("This mark was settled in the meantime."))
        self.refresh_from_db()

    def say_coming(self) -> None:
        """Note that she says she will come; counts for nothing but the forecast."""
        Registration.objects.going().filter(pk=self.pk).update(coming_at=timezone.now())

    @property
    def is_overdue(self) -> bool:
        """Whether the time to say yes to a held or offered seat is over."""
        now = timezone.now()
        if self.state == self.State.OFFERED:
            return self.offer_until is not None and self.offer_until <= now
        return self.state == self.State.PENDING and self.state_at < now - HOLD

    def expire(self) -> bool:
        """Free a held or offered seat whose yes did not come; False if it came after all."""
        with self.event.locked() as event:
            fresh = event.registrations.overdue_holds().filter(pk=self.pk).first()
            if fresh is None:
                return False
            fresh.event = event
            fresh.move_to(self.State.EXPIRED)
            Registration.objects.fill_seats(event)
            return True

    def move_up(self) -> None:
        """From the queue to a seat, or near the start to an offer of one; under the lock."""
        until = offer_until(self.event, self.contact.time_zone or self.event.zone)
        if until is None:
            self.move_to(self.State.GOING)
        else:
            self.offer_until = until
            self.move_to(self.State.OFFERED)

    def move_to(self, state: str, letter: str = "", tell: bool = True) -> None:
        """The only door: change the state and write the mail it owes. Under the event's lock."""
        old = self.state
        if state == old:
            return
        if state not in self.MOVES[old]:
            raise Refused(
                _g("This seat is “%(old)s”; it cannot become “%(new)s”.")
                % {"old": self.get_state_display(), "new": self.State(state).label}
            )
        self.state, self.state_at, self.rev = state, timezone.now(), self.rev + 1
        if state == self.State.WAITING:
            self.queue_no = room.next_in_queue(self.event_id)
        self.save()
        if not old:
            seat_letters.withdraw_invitations(self)
        letter = letter or seat_letters.letter_of(self, old)
        if tell and letter:
            seat_letters.write(self, letter)

    @contextmanager
    def _fresh(self, must_be_on: bool = True) -> Iterator["Registration"]:
        """This seat as it stands under its evening's lock."""
        with self.event.locked() as event:
            fresh = event.registrations.select_related("contact").get(pk=self.pk)
            fresh.event = event
            if must_be_on:
                room.must_be_on(event)
            yield fresh

    def _must_not_be_late(self) -> None:
        if self.state == self.State.EXPIRED or self.is_overdue:
            raise Refused(_g("The time is over and the seat went on. Please ask again."))

    def _queue_anew(self) -> None:
        """To the end of the line: what she asks for, or may ask for, is new."""
        self.queue_no, self.state_at = room.next_in_queue(self.event_id), timezone.now()
        self.rev += 1
