"""Whom an organizer writes to in person about an evening, and how far she is (need 56)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from people.models import Contact, User


class Approach(models.Model):
    """One person and one evening; without such a row nobody has written to her yet."""

    class State(models.TextChoices):
        TO_WRITE = "to_write", _("to write")
        WRITTEN = "written", _("written")
        COMES = "comes", _("comes")
        DOES_NOT = "does_not", _("does not come")

    event = models.ForeignKey(Event, models.CASCADE, related_name="approaches")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="approaches")
    state = models.CharField(_("state"), max_length=8, choices=State)
    at = models.DateTimeField(_("noted"), default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("personal word")
        verbose_name_plural = _("personal words")
        constraints = [
            models.UniqueConstraint(fields=["event", "contact"], name="approach_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["to_write", "written", "comes", "does_not"]),
                name="approach_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_state_display()}"
