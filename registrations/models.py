"""Who comes: seats, the waiting list, and the one door through which they change."""

from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models import Event, Refused, Wish
from outbox.models import Delivery
from outbox.states import OPEN, MessageClass
from people.models import Contact
from registrations.seats import RegistrationQuerySet
from registrations.tokens import new_seed, token_for

NEXT_IN_QUEUE = """
UPDATE meetups_event SET queue_last = queue_last + 1 WHERE id = %s RETURNING queue_last
"""
# Two requests of one person within this time are one click too many, not a question.
DOUBLE_CLICK = timedelta(seconds=2)


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
        """The holder's page; known to her alone, from her mails."""
        return reverse("registrations:detail", args=[self.token])

    @property
    def is_seated(self) -> bool:
        return self.state in self.SEATED

    @property
    def token(self) -> str:
        return token_for(self.seed, self.token_hash)

    @property
    def place_in_queue(self) -> int:
        """1 for the first in line of this mode."""
        ahead = self.event.registrations.waiting().filter(mode=self.mode)
        return ahead.filter(queue_no__lt=self.queue_no).count() + 1

    def kept_talks(self) -> list[Any]:
        """Talks whose speakers show them only to those who came, for somebody who did."""
        was_there = self.state == self.State.GOING and self.came is not False
        if not (was_there and self.event.is_over):
            return []
        slots = self.event.slots.filter(talk__visibility="attendees")
        return [slot.talk for slot in slots.exclude(talk__agreed_at=None).select_related("talk")]

    def facts(self) -> dict[str, Any]:
        """What a message to the holder says; the link itself is made when it is sent."""
        return {
            "name": self.contact.name,
            # Her way to take part, not all those of the evening; the link is for seats online only.
            "mode": self.mode,
            "online_url": self.event.online_url if self._may_join_online else "",
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
        """Free the seat, or leave the queue, and pass the seat to the next in line.

        Raises Refused for an evening that is cancelled or over: there is no seat to give back.
        """
        with self.event.locked() as event:
            fresh = event.registrations.select_related("contact").get(pk=self.pk)
            if fresh.state in self.ACTIVE:
                fresh.event = event
                fresh._must_not_be_off()
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
        if not old:
            self._withdraw_invitations()
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

    def _withdraw_invitations(self) -> None:
        """Who has registered is not invited any more (need 81)."""
        unsent = Delivery.objects.about(self.event.about).filter(contact=self.contact)
        unsent.filter(message_class=MessageClass.PROMOTIONAL).withdraw()

    @property
    def _may_join_online(self) -> bool:
        return self.state == self.State.GOING and self.mode == Event.Mode.ONLINE

    def _must_not_be_off(self) -> None:
        if self.event.is_cancelled:
            raise Refused(_g("This evening is cancelled."))
        if self.event.is_over:
            raise Refused(_g("This evening is over."))

    def _next_queue_number(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(NEXT_IN_QUEUE, [self.event_id])
            return cursor.fetchone()[0]

    def _write(self, letter: str, key: str) -> None:
        extra: dict[str, Any] = {}
        if self.state == self.State.WAITING:
            extra["position"] = self.place_in_queue
        if self.wish:
            extra["wish"] = self.wish.link
        if self.is_seated:
            extra["attachments"] = notices.attachments(self.event)
        Delivery.objects.post(
            self.contact,
            letter,
            notices.facts(self.event) | self.facts() | extra,
            key=key,
            message_class=MessageClass.TRANSACTIONAL,
            language=self.contact.language or self.event.series.language,
            realm=self.event.series.realm,
            about=self.event.about,
            not_after=self.event.ends_at,
        )
