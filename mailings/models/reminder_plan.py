"""What an organizer wants of the reminders of an evening; where she said nothing, the usual."""

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from mailings.nights import morning_of
from meetups.models import Event, Refused
from meetups.walltime import eve_of_day, instant
from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet

HALF_A_DAY = dt.timedelta(hours=12)
# Who comes in later than this before the start has just been told everything.
LATE = dt.timedelta(hours=3)
# A reminder closer to the start than this would reach people on their way.
TOO_LATE = dt.timedelta(hours=1)
MOST_DAYS = 14


class Kind(models.TextChoices):
    EVE = "eve", _("eve reminder")
    HALF_DAY = "half_day", _("half a day before")


class ReminderPlanQuerySet(models.QuerySet["ReminderPlan"]):
    def of(self, event: Event, kind: str) -> "ReminderPlan":
        """What holds for this reminder; not saved where nobody has changed it."""
        found = [plan for plan in event.reminder_plans.all() if plan.kind == kind]
        plan = found[0] if found else self.model.usual(event, kind)
        plan.event = event
        return plan

    def both(self, event: Event) -> list["ReminderPlan"]:
        """The later one first: whom it tells needs the earlier one no more."""
        return [self.of(event, kind) for kind in (Kind.HALF_DAY, Kind.EVE)]

    def due(self, events: Iterable[Event]) -> Iterator["ReminderPlan"]:
        """Those whose moment has come, of events that carry their plans."""
        now = timezone.now()
        for event in events:
            for plan in self.both(event):
                if plan.state == plan.State.ON and (at := plan.due_at) and at <= now:
                    yield plan


class ReminderPlan(models.Model):
    """One reminder of an evening: whether, when, in whose words, and to whom by phone (O3)."""

    Kind = Kind

    class State(models.TextChoices):
        ON = "on", _("leaves by itself")
        PAUSED = "paused", _("paused")
        OFF = "off", _("left out")

    event = models.ForeignKey(Event, models.CASCADE, related_name="reminder_plans")
    kind = models.CharField(_("which reminder"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.ON)
    # Wall time in the evening's zone; both empty: the usual moment, which moves along with it.
    days_before = models.PositiveSmallIntegerField(
        _("days before"), null=True, blank=True, help_text=_("Empty: the usual time.")
    )
    at = models.TimeField(_("at"), null=True, blank=True)
    subject = models.CharField(
        _("subject"), max_length=150, blank=True,
        help_text=_("Empty: the usual words, in each person's language."),
    )  # fmt: skip
    words = models.TextField(
        _("your own words"), max_length=2000, blank=True,
        help_text=_(
            "Stand above what everybody needs to know. Plain text; {name}, {evening}, {when} and"
            " {place} are filled in."
        ),
    )  # fmt: skip
    by_phone = models.BooleanField(
        _("call everybody who left a number"), default=False,
        help_text=_(
            "They come to the call list; who was not reached three hours before gets it by mail."
        ),
    )  # fmt: skip

    objects = ReminderPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder as planned")
        verbose_name_plural = _("reminders as planned")
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="reminder_plan_once"),
            models.CheckConstraint(
                condition=Q(days_before=None, at=None)
                | Q(days_before__lte=MOST_DAYS, at__isnull=False),
                name="reminder_plan_day_and_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_kind_display()}"

    @classmethod
    def usual(cls, event: Event, kind: str) -> "ReminderPlan":
        """The eve reminder leaves by itself, the one of half a day before only where wanted."""
        state = cls.State.ON if kind == Kind.EVE else cls.State.OFF
        return cls(event=event, kind=kind, state=state)

    @property
    def due_at(self) -> dt.datetime | None:
        """When everybody with a seat is reminded; None where it would be night or too late."""
        event = self.event
        if self.days_before is not None and self.at is not None:
            day = event.date - dt.timedelta(days=self.days_before)
            return instant(day, self.at, event.zone)
        return eve_of(event) if self.kind == Kind.EVE else half_day_of(event)

    @property
    def local_due(self) -> dt.datetime | None:
        due = self.due_at
        return due.astimezone(ZoneInfo(self.event.zone)) if due else None

    @property
    def not_after(self) -> dt.datetime:
        return self.event.starts_at - TOO_LATE

    @property
    def name(self) -> str:
        """What organizers call it: "Eve reminder"."""
        return _g("Eve reminder") if self.kind == Kind.EVE else _g("Reminder half a day before")

    @property
    def letter(self) -> str:
        return f"mailings/{self.kind}"

    def messages(self) -> DeliveryQuerySet:
        """What was written for the evening as it is planned now."""
        return Delivery.objects.about(self.event.about).filter(template=self.letter)

    def clean(self) -> None:
        if (self.days_before is None) != (self.at is None):
            raise ValidationError(
                {"at": _("Say both, the days and the time; or neither for the usual moment.")}
            )
        if self.days_before is not None and self.days_before > MOST_DAYS:
            raise ValidationError({"days_before": _("At most two weeks before.")})
        if self.days_before is not None and (due := self.due_at) and due > self.not_after:
            raise ValidationError({"at": _("That is less than an hour before the start.")})

    # Verbs

    def change(self) -> None:
        """Keep what she changed of time and words. Raises Refused once it has left to somebody."""
        with self.event.locked() as event:
            runs = event.reminders.filter(schedule_rev=event.schedule_rev, kind=self.kind)
            if runs.filter(planned__gt=0).exists():
                raise Refused(
                    _g("It has left already: its time and words stay. Pause it, or leave it out.")
                )
            runs.filter(closed_at=None).delete()
            stored, _created = event.reminder_plans.get_or_create(
                kind=self.kind, defaults={"state": self.state}
            )
            self.pk, self.state = stored.pk, stored.state
            self.save(force_update=True)

    def turn(self, state: str) -> int:
        """Switch it on, pause it or leave it out; returns how many waiting messages that moves."""
        with self.event.locked() as event:
            event.reminder_plans.update_or_create(kind=self.kind, defaults={"state": state})
            self.state = state
            waiting = self.messages()
            return waiting.release() if state == self.State.ON else waiting.hold()


def eve_of(event: Event) -> dt.datetime:
    """When everybody registered is reminded: 18:00 on the day before, by the event's clocks."""
    return eve_of_day(event.date, event.zone)


def half_day_of(event: Event) -> dt.datetime | None:
    """Twelve hours before, never at night: then at eight; None if that leaves too little time."""
    morning = morning_of(event.starts_at - HALF_A_DAY, event.zone)
    return morning if morning <= event.starts_at - LATE else None
