"""The reminders of an evening: what became of each."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailings.models.reminder_plan import LATE, MOST_DAYS, Kind, ReminderPlan, eve_of
from mailings.one_by_one import one_by_one
from meetups import notices
from meetups.models import Event
from outbox.drafts import Draft
from outbox.models import Batch, Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import HANDED_OVER, MessageClass, State
from outbox.ways import way_to
from people.models import Contact
from registrations.models import Registration

__all__ = ["LETTER", "Reminder", "eve_of"]

LETTER = "mailings/eve"
KEYS = {Kind.EVE: "eve", Kind.HALF_DAY: "half"}


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def plan_due(self) -> int:
        """Write what is due now for every evening; any number of planners, twice is harmless."""
        events = list(self._evenings())
        over = self.exclude(closed_at=None).filter(event__in=events)
        closed = set(over.values_list("event", "schedule_rev", "kind"))

        def plan(event: Event) -> int:
            due = ReminderPlan.objects.due([event])
            is_due = any((event.pk, event.schedule_rev, plan.kind) not in closed for plan in due)
            return self._plan(event) if is_due else 0

        return one_by_one(plan, events)

    def _evenings(self) -> Iterable[Event]:
        """A week back: also after a long standstill the evening says whom its reminder missed."""
        now = timezone.now()
        span = {
            "starts_at__gt": now - timedelta(days=7),
            "starts_at__lt": now + timedelta(days=MOST_DAYS + 2),
        }
        return Event.objects.published().filter(time_known=True, **span).prefetch_related(
            "reminder_plans"
        )  # fmt: skip

    def _plan(self, event: Event) -> int:
        with event.locked() as event:
            if event.status != Event.Status.PUBLISHED:
                return 0
            return sum(self._advance(plan) for plan in ReminderPlan.objects.due([event]))

    def _advance(self, plan: ReminderPlan) -> int:
        reminder, _created = self.get_or_create(
            event=plan.event,
            schedule_rev=plan.event.schedule_rev,
            kind=plan.kind,
            defaults={"due_at": plan.due_at, "not_after": plan.not_after},
        )
        reminder.event = plan.event
        return reminder.advance(plan)


class Reminder(models.Model):
    """One reminder of one schedule of an evening: how many were told, how many were missed."""

    Kind = Kind

    event = models.ForeignKey(Event, models.CASCADE, related_name="reminders")
    kind = models.CharField(_("which reminder"), max_length=8, choices=Kind, default=Kind.EVE)
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
        ordering = ["event", "schedule_rev", "due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "schedule_rev", "kind"], name="reminder_once_per_schedule"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.due_at:%Y-%m-%d %H:%M} UTC"

    def advance(self, plan: ReminderPlan) -> int:
        """Write to everybody who is owed this reminder and has none yet; under the event's lock.

        Once it is too late, count whom it missed and close. Returns how many were written to.
        """
        if self.closed_at:
            return 0
        if timezone.now() >= self.not_after:
            self._close(plan)
            return 0
        if timezone.now() >= self.event.starts_at - LATE:
            self._give_up_calls(plan)
        owed = self._owed(self._told(plan))
        if owed:
            self._post(owed, plan)
            self.planned += len(owed)
            self.save(update_fields=["planned"])
        return len(owed)

    def _told(self, plan: ReminderPlan) -> DeliveryQuerySet:
        """What makes this reminder superfluous: itself, and the other one of about that time."""
        ours = Delivery.objects.about(self.event.about)
        if self.kind == Kind.EVE:
            return ours.filter(template__in=[f"mailings/{kind}" for kind in Kind])
        lately = ours.filter(template=LETTER, created_at__gt=self.due_at - LATE)
        return plan.messages() | lately

    def _owed(self, done: DeliveryQuerySet) -> list[Registration]:
        """Those with a seat in time for this reminder and nothing of it in `done`.

        One that was withdrawn together with an earlier seat does not count.
        """
        in_time = self.event.registrations.going().filter(state_at__lte=self.event.starts_at - LATE)
        has_it = done.filter(contact=OuterRef("contact")).exclude(
            state=State.CANCELLED, settled_at__lt=OuterRef("state_at")
        )
        return list(in_time.filter(~Exists(has_it)).select_related("contact"))

    def _post(self, owed: list[Registration], plan: ReminderPlan) -> None:
        event, own = self.event, {"words": plan.words, "own_subject": plan.subject}
        calendar = {"attachments": notices.attachments(event)}
        batch, _created = Batch.objects.get_or_create(
            key=self._key,
            defaults={
                "title": str(event),
                "context": notices.facts(event) | calendar | own,
                "realm": event.series.realm,
                "about": event.about,
            },
        )
        again = set(plan.messages().values_list("contact_id", flat=True))
        Delivery.objects.post_many(
            self._draft(seat, batch, plan, f":{seat.pk}" if seat.contact_id in again else "")
            for seat in owed
        )

    @property
    def _key(self) -> str:
        return f"{KEYS[Kind(self.kind)]}:{self.event.pk}:{self.event.schedule_rev}"

    def _draft(self, seat: Registration, batch: Batch, plan: ReminderPlan, again: str) -> Draft:
        channel, address = self._way(seat.contact, plan)
        return Draft(
            contact=seat.contact,
            template=plan.letter,
            context=seat.facts(),
            key=f"{self._key}:{seat.contact_id}{again}",
            message_class=MessageClass.SERVICE,
            language=seat.contact.language or self.event.series.language,
            realm=self.event.series.realm,
            about=self.event.about,
            channel=channel,
            address=address,
            not_after=self.not_after,
            batch_id=batch.pk,
        )

    def _way(self, contact: Contact, plan: ReminderPlan) -> tuple[str, str]:
        """Her own channel; a phone call only while there is time for it (need 82)."""
        wants_calls = plan.by_phone or contact.channel == Contact.Channel.VOICE
        if wants_calls and contact.phone and timezone.now() < self.event.starts_at - LATE:
            return Contact.Channel.VOICE, contact.phone
        return way_to(contact)

    def _give_up_calls(self, plan: ReminderPlan) -> None:
        """Whom nobody has reached by phone until now is told by mail: none is missed (O3)."""
        email = Contact.objects.filter(pk=OuterRef("contact")).values("email")
        calls = plan.messages().filter(channel=Contact.Channel.VOICE, state=State.QUEUED)
        changes: dict[str, Any] = {"channel": Contact.Channel.EMAIL, "address": Subquery(email)}
        calls.exclude(contact=None).update(**changes)

    def _close(self, plan: ReminderPlan) -> None:
        self.missed = len(self._owed(self._told(plan).filter(state__in=HANDED_OVER)))
        self.closed_at = timezone.now()
        self.save(update_fields=["missed", "closed_at"])
