"""The reminders of an evening."""

from datetime import datetime, time, timedelta

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models import Event
from meetups.walltime import instant
from outbox.drafts import Draft
from outbox.models import Batch, Delivery
from outbox.states import HANDED_OVER, MessageClass, State
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
    def plan_due(self) -> int:
        """Write what is due now for every evening; any number of planners, twice is harmless."""
        now = timezone.now()
        closed = self.exclude(closed_at=None).filter(
            event=OuterRef("pk"), schedule_rev=OuterRef("schedule_rev")
        )
        # A week back: also after a long standstill the evening says whom its reminder missed.
        events = Event.objects.published().filter(
            ~Exists(closed),
            time_known=True,
            starts_at__gt=now - timedelta(days=7),
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
        owed = self._owed(self._written())
        if owed:
            self._post(owed)
            self.planned += len(owed)
            self.save(update_fields=["planned"])
        return len(owed)

    def _written(self) -> models.QuerySet[Delivery]:
        return Delivery.objects.about(self.event.about).filter(template=LETTER)

    def _owed(self, done: models.QuerySet[Delivery]) -> list[Registration]:
        """Those with a seat in time for this reminder and nothing of it in `done`.

        One that was withdrawn together with an earlier seat does not count.
        """
        in_time = self.event.registrations.going().filter(state_at__lte=self.event.starts_at - LATE)
        has_it = done.filter(contact=OuterRef("contact")).exclude(
            state=State.CANCELLED, settled_at__lt=OuterRef("state_at")
        )
        return list(in_time.filter(~Exists(has_it)).select_related("contact"))

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
        again = set(self._written().values_list("contact_id", flat=True))
        Delivery.objects.post_many(
            self._draft(seat, batch, f":{seat.pk}" if seat.contact_id in again else "")
            for seat in owed
        )

    def _draft(self, seat: Registration, batch: Batch, again: str) -> Draft:
        event = self.event
        return Draft(
            contact=seat.contact,
            template=LETTER,
            context=seat.facts(),
            key=f"eve:{event.pk}:{event.schedule_rev}:{seat.contact_id}{again}",
            message_class=MessageClass.SERVICE,
            realm=event.series.realm,
            about=event.about,
            not_after=self.not_after,
            batch_id=batch.pk,
        )

    def _close(self) -> None:
        self.missed = len(self._owed(self._written().filter(state__in=HANDED_OVER)))
        self.closed_at = timezone.now()
        self.save(update_fields=["missed", "closed_at"])
