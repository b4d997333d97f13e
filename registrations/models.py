"""Who comes: seats, the waiting list, and the one door through which they change."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models import Event, Member, Refused
from outbox.models import Delivery
from outbox.states import OPEN, MessageClass
from people.models import Contact
from registrations.tokens import hash_of, new_seed, token_for, token_from

# A seat that waits for the click in the mail is held that long (contract, "Messages").
HOLD = timedelta(hours=2)
# Two requests of one person within this time are one click too many, not a question.
DOUBLE_CLICK = timedelta(seconds=2)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> Self:
        """With a seat or a place in the queue."""
        return self.filter(state__in=Registration.ACTIVE)

    def seated(self) -> Self:
        """Those who hold a seat, confirmed or not."""
        return self.filter(state__in=Registration.SEATED)

    def going(self) -> Self:
        return self.filter(state=Registration.State.GOING)

    def waiting(self) -> Self:
        """The queue, first in line first."""
        return self.filter(state=Registration.State.WAITING).order_by("queue_no")

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
    ) -> "Registration":
        """Give the contact a seat, or a place in the queue when the event is full.

        Repeatable: who is already there keeps what she has and is told so by mail. Raises
        Refused where the evening is not open. An organizer needs no click in the mail and may
        still add somebody after the start.
        """
        with event.locked() as event:
            if event.status != Event.Status.PUBLISHED or not (event.is_open or by_organizer):
                raise Refused(_g("Seats for this evening can no longer be had."))
            existing = event.registrations.active().filter(contact=contact).first()
            if existing:
                existing.event = event
                existing.remind_of_itself()
                return existing
            return self._new(event, contact, mode or event.modes[0], source, by_organizer)

    def _new(
        self, event: Event, contact: Contact, mode: str, source: str, by_organizer: bool
    ) -> "Registration":
        if mode not in event.modes:
            raise Refused(_g("One cannot take part in this evening that way."))
        Member.objects.get_or_create(
            series=event.series, contact=contact, defaults={"source": source or "registration"}
        )
        seat = Registration(event=event, contact=contact, mode=mode, source=source)
        seat.token_hash = hash_of(token_from(seat.seed))
        seat.move_to(seat.first_state(event, by_organizer))
        return seat

    def add_walk_in(self, event: Event, contact: Contact, mode: str = "") -> "Registration":
        """Somebody at the door: a seat at once and no mail. Raises Refused where all are taken."""
        with event.locked() as event:
            seat = event.registrations.active().filter(contact=contact).first()
            seat = seat or self._at_the_door(event, contact, mode or event.modes[0])
            if not seat.is_seated:
                if event.seats_left(seat.mode) == 0:
                    raise Refused(
                        _g("All seats are taken. Raise the limit first, then add the guest.")
                    )
                seat.out_of_turn = True
            seat.came = True
            if seat.state == Registration.State.GOING:
                seat.save(update_fields=["came"])
            seat.move_to(Registration.State.GOING, tell=False)
            return seat

    def _at_the_door(self, event: Event, contact: Contact, mode: str) -> "Registration":
        Member.objects.get_or_create(
            series=event.series, contact=contact, defaults={"source": "walk-in"}
        )
        seat = Registration(event=event, contact=contact, mode=mode, source="walk-in")
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
                registration.move_to(Registration.State.GOING)
                moved += 1
        return moved

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
        return self.filter(state=Registration.State.PENDING, state_at__lt=timezone.now() - HOLD)

    def expire_holds(self) -> int:
        """Free the seats whose two hours are over and pass them on."""
        overdue = self.overdue_holds().select_related("event")
        return sum(registration.expire() for registration in overdue)


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
    LETTERS = {
        ("", State.GOING): "registrations/going",
        ("", State.WAITING): "registrations/waiting",
        ("", State.PENDING): "registrations/confirm",
        (State.PENDING, State.GOING): "registrations/going",
        (State.WAITING, State.GOING): "registrations/moved_up",
        (State.OFFERED, State.GOING): "registrations/going",
    }

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
    source = models.CharField(_("source"), max_length=100, blank=True)
    # Let in ahead of the queue by an organizer (invariant I4 knows).
    out_of_turn = models.BooleanField(default=False, editable=False)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    coming_at = models.DateTimeField(_("said “I am coming”"), null=True, blank=True)
    came = models.BooleanField(_("came"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered"), default=timezone.now)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [
            models.Index(fields=["event", "state", "queue_no"], name="registration_by_state"),
            models.Index(
                fields=["state_at"], condition=Q(state="pending"), name="registration_pending"
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
        ]

    def __str__(self) -> str:
        return f"{self.contact} – {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("registrations:detail", args=[self.token])

    @property
    def is_seated(self) -> bool:
        return self.state in self.SEATED

    @property
    def token(self) -> str:
        return token_for(self.seed, self.token_hash)

    @property
    def secret_url(self) -> str:
        """The holder's page; stands in mails to her only, never on a page or in a redirect."""
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}"

    @property
    def place_in_queue(self) -> int:
        """1 for the first in line of this mode."""
        ahead = self.event.registrations.waiting().filter(mode=self.mode)
        return ahead.filter(queue_no__lt=self.queue_no).count() + 1

    def facts(self) -> dict[str, Any]:
        """What a message to the holder says; the link itself is made when it is sent."""
        return {
            "name": self.contact.name,
            "my_mode": self.mode,
            "waiting": self.state == self.State.WAITING,
            "registration": {"seed": self.seed, "hash": self.token_hash},
        }

    def first_state(self, event: Event, by_organizer: bool) -> str:
        """A seat if one is free and nobody waits for it, else the queue."""
        queue = event.registrations.waiting().filter(mode=self.mode)
        if event.seats_left(self.mode) == 0 or queue.exists():
            return self.State.WAITING
        held = event.series.confirm_by_mail and not by_organizer
        return self.State.PENDING if held else self.State.GOING

    # Verbs

    def confirm(self) -> None:
        """The click in the mail: the held seat is hers. Nothing changes where it already was.

        Raises Refused where no seat is held for her: a click must not overtake the queue.
        """
        with self.event.locked() as event:
            fresh = event.registrations.select_related("contact").get(pk=self.pk)
            fresh.event = event
            fresh._must_not_be_off()
            if fresh.state == self.State.WAITING:
                raise Refused(_g("No seat is free yet. We write to you as soon as one is."))
            if fresh.state not in self.SEATED:
                raise Refused(_g("The two hours are over and the seat went on. Please ask again."))
            fresh.move_to(self.State.GOING)
        self.refresh_from_db()

    def cancel(self) -> None:
        """Free the seat, or leave the queue, and pass the seat to the next in line."""
        with self.event.locked() as event:
            fresh = event.registrations.select_related("contact").get(pk=self.pk)
            if fresh.state in self.ACTIVE:
                fresh.event = event
                fresh.withdraw_reminders()
                fresh.move_to(self.State.CANCELLED)
                Registration.objects.fill_seats(event)
        self.refresh_from_db()

    def give_seat(self) -> None:
        """Let somebody in ahead of the queue. Raises Refused where no seat is free."""
        with self.event.locked() as event:
            fresh = event.registrations.select_related("contact").get(pk=self.pk)
            fresh.event, fresh.out_of_turn = event, True
            fresh._must_not_be_off()
            if fresh.state == self.State.WAITING and event.seats_left(fresh.mode) == 0:
                raise Refused(_g("No seat is free. Raise the limit first."))
            fresh.move_to(self.State.GOING)
        self.refresh_from_db()

    def say_coming(self) -> None:
        """Note that she says she will come; counts for nothing but the forecast."""
        Registration.objects.going().filter(pk=self.pk).update(coming_at=timezone.now())

    def expire(self) -> bool:
        """Free a held seat whose click did not come; False if it came after all."""
        with self.event.locked() as event:
            fresh = event.registrations.overdue_holds().filter(pk=self.pk).first()
            if fresh is None:
                return False
            fresh.event = event
            fresh.move_to(self.State.EXPIRED)
            Registration.objects.fill_seats(event)
            return True

    def move_to(self, state: str, tell: bool = True) -> None:
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
            self.queue_no = self._next_queue_number()
        self.save()
        letter = self.LETTERS.get((old, self.State(state)))
        if state == self.State.CANCELLED:
            letter = "registrations/cancelled"
        if tell and letter:
            self._write(letter, f"reg:{self.pk}:{state}:{self.rev}")

    def remind_of_itself(self) -> None:
        """Tell somebody who registers again what she has: at most once an hour, not per click."""
        now = timezone.now()
        mine = Delivery.objects.filter(key__startswith=f"reg:{self.pk}:")
        if self.state_at > now - DOUBLE_CLICK or mine.filter(state__in=OPEN).exists():
            return
        key = f"reg:{self.pk}:again:"
        if not mine.filter(key__startswith=key, created_at__gt=now - timedelta(hours=1)).exists():
            self._write("registrations/already", f"{key}{now:%Y%m%d%H%M%S}")

    def withdraw_reminders(self) -> None:
        """Take back what is not yet sent to her about this evening, but no answer she is owed."""
        unsent = Delivery.objects.about(self.event.about).filter(contact=self.contact)
        unsent.exclude(message_class=MessageClass.TRANSACTIONAL).withdraw()

    def _must_not_be_off(self) -> None:
        if self.event.is_cancelled:
            raise Refused(_g("This evening is cancelled."))

    def _next_queue_number(self) -> int:
        events = Event.objects.filter(pk=self.event_id)
        events.update(queue_last=F("queue_last") + 1)
        return events.values_list("queue_last", flat=True).get()

    def _write(self, letter: str, key: str) -> None:
        extra: dict[str, Any] = {}
        if self.state == self.State.WAITING:
            extra["position"] = self.place_in_queue
        if self.is_seated:
            extra["attachments"] = notices.attachments(self.event)
        Delivery.objects.post(
            self.contact,
            letter,
            notices.facts(self.event) | self.facts() | extra,
            key=key,
            message_class=MessageClass.TRANSACTIONAL,
            realm=self.event.series.realm,
            about=self.event.about,
            not_after=self.event.ends_at,
        )
