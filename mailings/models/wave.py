"""What is written about one evening, to whom and when: invitations, notes, thanks, the recap."""

import datetime as dt
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from mailings.audiences import AFTERWARDS, NAMES, STRANGERS_TO_IT
from mailings.models.releasing import Releasing
from meetups.models import Event, Line, Refused
from meetups.walltime import instant
from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import MessageClass
from people.models import Contact, User

MOST_INVITATIONS = 2  # need 79
# What comes after the evening leaves in the late morning, when the recording may be there.
THANKS_AFTER, RECAP_AFTER, MORNING = 1, 7, dt.time(11)
GOOD_FOR = dt.timedelta(days=7)  # what is said afterwards


class WaveQuerySet(models.QuerySet["Wave"]):
    def furnish(self, event: Event) -> None:
        """The messages that a new evening usually has, as drafts to be released; once."""
        if event.starts_at <= timezone.now() or event.waves.exists():
            return
        series, left = event.series, (event.date - _today(event.zone)).days
        first = min(series.first_wave_days, max(left - 1, 0))
        rows: list[Any] = [Wave(event=event, number=1, days_before=first, at=series.wave_time)]
        if series.second_wave_days < first:
            second = series.second_wave_days
            rows.append(Wave(event=event, number=2, days_before=second, at=series.wave_time))
        rows += [
            Wave(event=event, purpose=purpose, audience=audience, days_before=days, at=at)
            for purpose, audience, days, at in (
                (Wave.Purpose.THANKS, "came", -THANKS_AFTER, MORNING),
                (Wave.Purpose.RECAP, "came", -RECAP_AFTER, MORNING),
            )
        ]
        for wave in rows:
            wave.prepare()
        self.bulk_create(rows)

    def follow(self, event: Event) -> None:
        """The evening was moved: what has not left yet moves along.

        One that is leaving at this moment is skipped: it has the lock and waits for the evening's.
        """
        with transaction.atomic():
            for wave in event.waves.to_come().select_for_update(skip_locked=True):
                wave.event = event
                wave.save(update_fields=["due_at"])

    def invitations(self) -> Self:
        """Those that count: one that was cancelled counts if somebody got it."""
        mine = self.filter(purpose=Wave.Purpose.INVITATION)
        return mine.exclude(state=Wave.State.CANCELLED, started_at=None)

    def to_come(self) -> Self:
        return self.filter(state__in=Wave.TO_COME)


class Wave(Releasing, models.Model):
    """One message about an evening to a named audience, at most two of them invitations (O1).

    It leaves only after somebody released it; who gets it is worked out in that moment.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        NOTE = "note", _("note")
        THANKS = "thanks", _("thanks")
        RECAP = "recap", _("recap")

    class State(models.TextChoices):
        DRAFT = "draft", _("to be released")
        RELEASED = "released", _("leaves by itself")
        PAUSED = "paused", _("paused")
        STARTED = "started", _("on its way")
        CANCELLED = "cancelled", _("cancelled")
        MISSED = "missed", _("missed")

    TO_COME = (State.DRAFT, State.RELEASED, State.PAUSED)

    event = models.ForeignKey(Event, models.CASCADE, related_name="waves")
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose, default=Purpose.INVITATION
    )
    number = models.PositiveSmallIntegerField(_("which invitation"), null=True, blank=True)
    audience = models.CharField(
        _("for whom"), max_length=20, choices=list(NAMES.items()), default="followers"
    )
    line = models.ForeignKey(
        Line, models.SET_NULL, null=True, blank=True, related_name="waves", verbose_name=_("line"),
        help_text=_("Empty: the line of the evening, or the whole series."),
    )  # fmt: skip
    people = models.ManyToManyField(
        Contact, related_name="waves", blank=True, verbose_name=_("ticked people")
    )
    channel = models.CharField(
        _("channel"), max_length=20, choices=Contact.Channel, blank=True,
        help_text=_("Empty: each person's own."),
    )  # fmt: skip
    subject = models.CharField(
        _("subject"), max_length=150, blank=True,
        help_text=_("Empty: the usual words, in each person's language."),
    )  # fmt: skip
    text = models.TextField(_("text"), max_length=10_000, blank=True)

    # Days before the evening (after it: less than zero) and the wall time in the evening's zone.
    days_before = models.SmallIntegerField(_("days before"))
    at = models.TimeField(_("at"))
    # Not before so many days: the series' number when this was written; `anyway` overrides it.
    limit_days = models.PositiveSmallIntegerField(default=21, editable=False)
    anyway = models.BooleanField(
        _("earlier than that all the same"), default=False,
        help_text=_("Who is invited too early cools down until the evening."),
    )  # fmt: skip
    # Somebody chose this very moment: who has no zone of her own need not wait until morning.
    at_once = models.BooleanField(default=False, editable=False)
    due_at = models.DateTimeField(_("due"), editable=False)

    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.DRAFT, editable=False
    )
    released_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    # The schedule for which it was planned last; another one asks for new messages.
    schedule_rev = models.PositiveIntegerField(null=True, blank=True, editable=False)
    planned = models.PositiveIntegerField(_("written to"), default=0, editable=False)
    held = models.PositiveIntegerField(_("held back"), default=0, editable=False)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to many")
        verbose_name_plural = _("messages to many")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="wave_due",
                condition=Q(state__in=["released", "started"]),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "number"],
                condition=~Q(state="cancelled") | Q(started_at__isnull=False),
                name="wave_two_invitations",
                violation_error_message=_("This evening already has its two invitations."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(purpose="invitation", number__in=[1, MOST_INVITATIONS])
                    & Q(audience__in=sorted(STRANGERS_TO_IT))
                )
                | (~Q(purpose="invitation") & Q(number=None)),
                name="wave_invitations_are_numbered",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="invitation")
                | Q(anyway=True)
                | Q(days_before__lte=F("limit_days")),
                name="wave_not_too_early",
                violation_error_message=_("That is too early: people cool down until the evening."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.prepare()
        super().save(*args, **kwargs)

    def prepare(self) -> None:
        """Work out what follows from the evening: when it is due, and the earliest day."""
        self.limit_days = self.event.series.first_wave_days
        self.due_at = instant(self.day, self.at, self.event.zone)

    def clean(self) -> None:
        if not self.event_id:
            return  # the form says that an evening is missing
        if not self.is_invitation:
            self.number = None
        elif self.number is None:
            self.number = self.free_number()
        if self.is_invitation and self.audience not in STRANGERS_TO_IT:
            raise ValidationError(
                {"audience": _("These people have a seat or a part in it: write them a note.")}
            )
        if self.days_before is not None:
            self.refuse_too_early()
        if self.line and self.line.series_id != self.event.series_id:
            raise ValidationError({"line": _("This line belongs to another series.")})

    def refuse_too_early(self) -> None:
        """Raises Refused for an invitation before the series' day, unless she insists (need 70)."""
        earliest = self.event.series.first_wave_days
        if self.is_invitation and self.days_before > earliest and not self.anyway:
            day = self.event.date - dt.timedelta(days=earliest)
            sentence = _g("Not earlier than %(days)d days before, %(day)s: people cool down.")
            words = {"days": earliest, "day": date_format(day, "j F Y")}
            raise Refused({"days_before": sentence % words})

    def free_number(self) -> int:
        """1 or 2; raises Refused where both are taken (need 79)."""
        taken = set(self.event.waves.invitations().values_list("number", flat=True))
        free = [number for number in (1, MOST_INVITATIONS) if number not in taken]
        if not free:
            raise Refused(
                _g(
                    "This evening already has its two invitations; a third one annoys more than it"
                    " brings. Change one that has not left, or write in the next digest."
                )
            )
        return free[0]

    @property
    def name(self) -> str:
        """What organizers call it: "First invitation"."""
        names = {1: _g("First invitation"), 2: _g("Second invitation")}
        return names.get(self.number or 0) or str(self.Purpose(self.purpose).label).capitalize()

    @property
    def is_invitation(self) -> bool:
        return self.purpose == self.Purpose.INVITATION

    @property
    def day(self) -> dt.date:
        return self.event.date - dt.timedelta(days=self.days_before)

    @property
    def local_due(self) -> dt.datetime:
        return self.due_at.astimezone(ZoneInfo(self.event.zone))

    @property
    def about_line(self) -> Line | None:
        """The line whose followers it is for; None for the whole series."""
        return self.line or self.event.line

    @property
    def message_class(self) -> MessageClass:
        """News to those who have nothing to do with the evening yet, service to its people."""
        is_news = self.audience in STRANGERS_TO_IT
        return MessageClass.PROMOTIONAL if is_news else MessageClass.SERVICE

    @property
    def is_afterwards(self) -> bool:
        """Whether it speaks of an evening that has been, or to people who were there."""
        is_after = self.purpose in {self.Purpose.THANKS, self.Purpose.RECAP}
        return is_after or self.audience in AFTERWARDS

    @property
    def not_after(self) -> dt.datetime:
        """The last moment at which it still makes sense."""
        if self.is_afterwards:
            return max(self.due_at, self.event.ends_at) + GOOD_FOR
        return self.event.ends_at if self.is_service else self.event.starts_at

    @property
    def is_service(self) -> bool:
        return self.message_class == MessageClass.SERVICE

    @property
    def key(self) -> str:
        """The beginning of the keys of its messages, whatever the schedule."""
        return f"wave:{self.pk}:"

    def messages(self) -> DeliveryQuerySet:
        return Delivery.objects.filter(key__startswith=self.key)


def _today(zone: str) -> dt.date:
    return timezone.now().astimezone(ZoneInfo(zone)).date()
