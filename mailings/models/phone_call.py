"""Who was called about an evening, and what she said (O32, needs 75 and 83)."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from people.models import Contact, User
from registrations.models import Registration


class PhoneCallQuerySet(models.QuerySet["PhoneCall"]):
    def about(self, event: Event) -> Self:
        """Calls about the evening as it is planned now: a yes to another date is none."""
        return self.filter(event=event, schedule_rev=event.schedule_rev)


class PhoneCall(models.Model):
    """One try to reach somebody by phone about an evening."""

    class Outcome(models.TextChoices):
        COMES = "comes", _("comes")
        DOES_NOT = "does_not", _("does not come")
        NO_ANSWER = "no_answer", _("no answer")

    event = models.ForeignKey(Event, models.CASCADE, related_name="phone_calls")
    schedule_rev = models.PositiveIntegerField()
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="phone_calls")
    # Her seat, where the call was about one; an invitation by phone is about none.
    registration = models.ForeignKey(
        Registration, models.SET_NULL, null=True, blank=True, related_name="phone_calls"
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("called by")
    )
    at = models.DateTimeField(_("called at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = PhoneCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("phone call")
        verbose_name_plural = _("phone calls")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["event", "contact", "at"], name="phone_call_of_person")]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_outcome_display()}"
