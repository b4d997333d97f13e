"""Who helps at an evening: how many are needed for what, and who has said yes (need 99)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models import Event, Refused
from outbox.models import Delivery
from people.models import Contact, User
from people.tokens import hash_of, new_seed
from planning.tokens import token_for, token_from
from registrations.room import must_be_on


class Shift(models.Model):
    """A role at one evening, how many it takes, and how long before the start they are there."""

    class Role(models.TextChoices):
        SET_UP = "set_up", _("set-up")
        HOST = "host", _("host")
        CHECK_IN = "check_in", _("check-in")
        SLIDES = "slides", _("slides")
        MICROPHONE = "microphone", _("microphone")
        GIFTS = "gifts", _("gifts")
        STREAM = "stream", _("stream")
        PHOTOS = "photos", _("photos")

    event = models.ForeignKey(Event, models.CASCADE, related_name="shifts")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    needed = models.PositiveSmallIntegerField(
        _("people needed"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    minutes_before = models.PositiveSmallIntegerField(
        _("there so many minutes before the start"),
        default=30,
        validators=[MaxValueValidator(1440)],
    )

    class Meta:
        verbose_name = _("helper’s role")
        verbose_name_plural = _("helpers’ roles")
        constraints = [
            models.UniqueConstraint(fields=["event", "role"], name="shift_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_role_display()}"

    @property
    def be_there(self) -> datetime:
        return self.event.starts_at - timedelta(minutes=self.minutes_before)

    def ask(self, contact: Contact, by: User | None = None) -> "ShiftPlace":
        """Write to somebody whether she helps. Raises Refused where she is asked already.

        Nothing leaves about an evening that is over or cancelled.
        """
        with self.event.locked() as event:
            must_be_on(event)
            if self.places.filter(contact=contact).exists():
                raise Refused(_g("%(person)s is asked already.") % {"person": contact})
            place = ShiftPlace(shift=self, contact=contact, by=by, schedule_rev=event.schedule_rev)
            place.token_hash = hash_of(token_from(place.seed))
            place.save()
            place.write_question(event)
        return place


class ShiftPlaceQuerySet(models.QuerySet["ShiftPlace"]):
    def for_token(self, token: str) -> Self:
        """The one place whose secret link this is."""
        places = self.filter(token_hash=hash_of(token))
        return places.select_related(
            "contact", "shift__event__series", "shift__event__venue", "shift__event__room"
        )

    def as_planned_now(self) -> Self:
        """Those who answered for the date and place that hold now: another yes is none."""
        return self.filter(schedule_rev=models.F("shift__event__schedule_rev"))

    def confirmed(self) -> Self:
        return self.as_planned_now().filter(state=ShiftPlace.State.CONFIRMED)


class ShiftPlace(models.Model):
    """One person asked for one role; it stands when she and an organizer have both said yes."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        AGREED = "agreed", _("said yes")
        CONFIRMED = "confirmed", _("confirmed by both")
        DECLINED = "declined", _("said no")

    FOUND = frozenset({State.AGREED, State.CONFIRMED})

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="places")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="shift_places")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.ASKED)
    # The date and place for which she was asked, or has said yes.
    schedule_rev = models.PositiveIntegerField()
    # Each time she is asked is a letter of its own, and so is a briefing with other facts of hers.
    rev = models.PositiveIntegerField(default=0)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    objects = ShiftPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place as a helper")
        verbose_name_plural = _("places as a helper")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["shift", "contact"], name="shift_place_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "agreed", "confirmed", "declined"]),
                name="shift_place_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.shift.get_role_display()}"

    def get_absolute_url(self) -> str:
        """Her page; known to her alone, from her mails."""
        return reverse("planning:help", args=[self.token])

    @property
    def token(self) -> str:
        return token_for(self.seed, self.token_hash)

    @property
    def is_stale(self) -> bool:
        """Whether the evening has moved since: what she said was about another date or place."""
        return self.schedule_rev != self.shift.event.schedule_rev

    def answer(self, helps: bool) -> None:
        """Yes or no, for the evening as it is planned now; a no takes back what is still unsent.

        A yes keeps a place that is confirmed. Raises Refused where the evening is over or off.
        """
        with self._fresh() as (fresh, event):
            said = self.State.AGREED if helps else self.State.DECLINED
            stands = fresh.state == self.State.CONFIRMED and not fresh.is_stale
            if not (helps and stands):
                fresh.state, fresh.confirmed_at = said, None
            fresh.answered_at, fresh.schedule_rev = timezone.now(), event.schedule_rev
            if not helps:
                fresh.rev += 1  # whoever says yes again later is briefed again
                fresh._withdraw_briefings()
            fresh.save()
        self.refresh_from_db()

    def confirm(self) -> None:
        """The organizers' yes beside hers. Raises Refused where hers is missing or outdated."""
        with self._fresh() as (fresh, _event):
            if fresh.state not in self.FOUND or fresh.is_stale:
                raise Refused(_g("There is no yes to this date and place yet."))
            if fresh.state == self.State.AGREED:
                fresh.state, fresh.confirmed_at = self.State.CONFIRMED, timezone.now()
                fresh.save(update_fields=["state", "confirmed_at"])
        self.refresh_from_db()

    def ask_again(self) -> None:
        """After a no, or after the evening moved; whoever waits for an answer is not asked twice.

        Raises Refused where the evening is over or off.
        """
        with self._fresh() as (fresh, event):
            if fresh.state == self.State.DECLINED or fresh.is_stale:
                fresh.state, fresh.schedule_rev = self.State.ASKED, event.schedule_rev
                fresh.asked_at, fresh.answered_at, fresh.confirmed_at = timezone.now(), None, None
                fresh.rev += 1
                fresh.save()
                fresh.write_question(event)
        self.refresh_from_db()

    def take_out(self) -> None:
        """Off the list; letters that have not left stay here, and nothing is written."""
        with self.shift.event.locked():
            Delivery.objects.filter(key__startswith=f"help:{self.pk}:").withdraw()
            self._withdraw_briefings()
            ShiftPlace.objects.filter(pk=self.pk).delete()

    def write_question(self, event: Event) -> None:
        """Owe her the letter that asks, instead of any that waits; under the evening's lock."""
        Delivery.objects.filter(key__startswith=f"help:{self.pk}:").withdraw()
        self.shift.event = event
        role = {"role": self.shift.role, "be_there": self.shift.be_there.isoformat()}
        Delivery.objects.post(
            self.contact,
            "planning/asked_to_help",
            notices.facts(event) | self.facts() | role,
            key=f"help:{self.pk}:asked:{self.rev}",
            not_after=event.starts_at,
            **notices.addressed(event, self.contact),
        )

    def facts(self) -> dict[str, Any]:
        """What a letter to her says of herself; her link is made when it is rendered."""
        return {
            "name": self.contact.name,
            "helper": {"seed": self.seed, "hash": self.token_hash},
        }

    @contextmanager
    def _fresh(self) -> Iterator[tuple["ShiftPlace", Event]]:
        """This place as it stands under its evening's lock, and the evening."""
        with self.shift.event.locked() as event:
            must_be_on(event)
            found = ShiftPlace.objects.select_related("contact", "shift").filter(pk=self.pk).first()
            if found is None:
                raise Refused(_g("This person is no longer on the list."))
            found.shift.event = event
            yield found, event

    def _withdraw_briefings(self) -> None:
        keys = f"briefing:{self.shift.event_id}:{self.contact_id}:"
        Delivery.objects.filter(key__startswith=keys).withdraw()


class CrewNote(models.Model):
    """What all helpers of an evening are told in the briefing, and which version of it."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="crew_note")
    words = models.TextField(_("for the helpers"), max_length=3000, blank=True)
    rev = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("briefing")
        verbose_name_plural = _("briefings")

    def __str__(self) -> str:
        return f"{self.event}: {self.words[:40]}"
