"""What we tell people when: the reminders of an evening, planned from rows, never from a timer."""

from datetime import datetime, time, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models import Event
from meetups.walltime import instant
from outbox.drafts import Draft
from outbox.models import Batch, Delivery
from outbox.states import HANDED_OVER, MessageClass
from registrations.models import Registration

# The eve, in the event's zone (contract, "Eve reminder"; needs 82, 83).
EVE_AT = time(18)
# Who comes in later than this before the start has just been told everything.
LATE = timedelta(hours=3)
# A reminder closer to the start than this would reach people on their way.
TOO_LATE = timedelta(hours=1)
LETTER = "mailings/eve"


def eve_of(event: Event) -> datetime:
    """When everybody registered is reminded: 18:00 on the day before, by the event's clocks."""
    return instant(event.date - timedelta(days=1), EVE_AT, event.zone)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def plan_due(self) -> int:
        """Write what is due now for every evening; any number of planners, twice is harmless."""
        now = timezone.now()
        events = Event.objects.published().filter(
            time_known=True,
            starts_at__gt=now - timedelta(days=2),
            starts_at__lt=now + timedelta(days=2, hours=4),
        )
        return sum(self._plan(event) for event in events if eve_of(event) <= now)

    def _plan(self, event: Event) -> int:
        with event.locked() as event:
            if event.status != Event.Status.PUBLISHED or eve_of(event) > timezone.now():
                return 0
            reminder, _created = self.get_or_create(
                event=event,
                schedule_rev=event.schedule_rev,
                defaults={"due_at": eve_of(event), "not_after": event.starts_at - TOO_LATE},
            )
            reminder.event = event
            return reminder.advance()


class Reminder(models.Model):
    """The eve reminder of one schedule of an evening: how many were told, how many were missed."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="reminders")
    schedule_rev = models.PositiveIntegerField()
    due_at = models.DateTimeField(_("due"))
    not_after = models.DateTimeField(_("not after"))
    planned = models.PositiveIntegerField(_("written to"), default=0)
    missed = models.PositiveIntegerField(_("missed"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["event", "schedule_rev"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "schedule_rev"], name="reminder_once_per_schedule"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.due_at:%Y-%m-%d %H:%M} UTC"

    def advance(self) -> int:
        """Write to everybody who is owed this reminder and has none yet; under the event's lock.

        Once it is too late, count whom it missed and close. Returns how many were written to.
        """
        if self.closed_at:
            return 0
        if timezone.now() >= self.not_after:
            self._close()
            return 0
        owed = self._owed(Delivery.objects.about(self.event.about).filter(template=LETTER))
        if owed:
            self._post(owed)
            self.planned += len(owed)
            self.save(update_fields=["planned"])
        return len(owed)

    def _owed(self, done: models.QuerySet[Delivery]) -> list[Registration]:
        """Those with a seat in time for this reminder and nothing of it in `done`."""
        in_time = self.event.registrations.going().filter(state_at__lte=self.event.starts_at - LATE)
        has_it = set(done.values_list("contact_id", flat=True))
        return [r for r in in_time.select_related("contact") if r.contact_id not in has_it]

    def _post(self, owed: list[Registration]) -> None:
        event = self.event
        batch, _created = Batch.objects.get_or_create(
            key=f"eve:{event.pk}:{event.schedule_rev}",
            defaults={
                "title": str(event),
                "context": notices.facts(event) | {"attachments": notices.attachments(event)},
                "realm": event.series.realm,
                "about": event.about,
            },
        )
        Delivery.objects.post_many(
            Draft(
                contact=registration.contact,
                template=LETTER,
                context=registration.facts(),
                key=f"eve:{event.pk}:{event.schedule_rev}:{registration.contact_id}",
                message_class=MessageClass.SERVICE,
                realm=event.series.realm,
                about=event.about,
                not_after=self.not_after,
                batch_id=batch.pk,
            )
            for registration in owed
        )

    def _close(self) -> None:
        mine = Delivery.objects.about(self.event.about).filter(template=LETTER)
        self.missed = len(self._owed(mine.filter(state__in=HANDED_OVER)))
        self.closed_at = timezone.now()
        self.save(update_fields=["missed", "closed_at"])
