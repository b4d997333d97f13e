"""What a speaker has to do before her evening, and by when (need 96)."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from speakers import reminding
from speakers.models.talk import Talk

if TYPE_CHECKING:
    from speakers.models.call import Call


class DutyQuerySet(models.QuerySet["Duty"]):
    def plan(self, talk: Talk, event: Event, call: "Call") -> None:
        """Write what is to be done for this evening; what was done before stays done."""
        for kind in Duty.Kind.values:
            due_on = event.date - dt.timedelta(days=getattr(call, f"{kind}_days"))
            defaults = {"due_on": due_on, "reminded_at": None}
            self.update_or_create(talk=talk, kind=kind, defaults=defaults)
        if talk.drafts.ready().exists():
            talk.duties.finish(Duty.Kind.SLIDES)

    def open(self) -> Self:
        return self.filter(done_at=None)

    def finish(self, kind: str) -> int:
        """It is done: nobody is reminded of it. Returns how many were open."""
        talks = list(self.open().filter(kind=kind).values_list("talk", flat=True))
        done = self.open().filter(kind=kind).update(done_at=timezone.now())
        for talk in talks:
            reminding.call_off(talk, kind)
        return done

    def waiting(self) -> Self:
        """Of agreed talks, still to be done, and nobody was reminded of it."""
        return self.open().filter(reminded_at=None).exclude(talk__agreed_at=None)

    def remind_due(self) -> int:
        """Write the reminders that are due; any number of planners, twice is harmless."""
        now = timezone.now()
        evening = "talk__slot__event"
        to_come = {f"{evening}__status": "published", f"{evening}__starts_at__gt": now}
        # A day ahead: there are clocks fourteen hours before ours.
        soon = self.waiting().filter(due_on__lte=(now + dt.timedelta(days=1)).date(), **to_come)
        rows = soon.select_related(evening)
        return sum(duty.remind() for duty in rows if duty.is_due)


class Duty(models.Model):
    """One thing a speaker has to do before her evening, with its own day (need 96)."""

    class Kind(models.TextChoices):
        PROFILE = "profile", _("profile: photo and a few words")
        SLIDES = "slides", _("draft of the slides")
        REHEARSAL = "rehearsal", _("rehearsal")
        ARRIVAL = "arrival", _("how to arrive")

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="duties")
    kind = models.CharField(_("what"), max_length=9, choices=Kind)
    due_on = models.DateField(_("by"))
    # Reminded of for this day already; a duty is reminded of once.
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("to do")
        verbose_name_plural = _("to do before the evening")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(reminded_at=None, done_at=None),
                name="duty_to_remind_of",
            )
        ]
        constraints = [models.UniqueConstraint(fields=["talk", "kind"], name="duty_once_per_talk")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_due(self) -> bool:
        slot = self.talk.slot
        return slot is not None and reminding.due_at(self, slot.event) <= timezone.now()

    def remind(self) -> int:
        """Write to those who have it still to do, once; returns to how many."""
        slot = self.talk.slot
        if slot is None:
            return 0
        with slot.event.locked() as event:
            rows = Duty.objects.waiting().filter(talk__slot__event=event)
            rows = rows.select_related("talk__slot__event", "talk__proposal__call__series")
            fresh = rows.select_for_update(of=("self",)).filter(pk=self.pk).first()
            return reminding.remind(fresh, event) if fresh and event.is_open and fresh.is_due else 0
