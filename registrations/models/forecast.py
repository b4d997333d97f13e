"""How many were expected, written down before the evening, so that the error can be seen (O4)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event


class Forecast(models.Model):
    """What was forecast so many days before one schedule of an evening."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="forecasts")
    schedule_rev = models.PositiveIntegerField()
    days_before = models.PositiveSmallIntegerField(_("days before"))
    at = models.DateTimeField(_("written"), default=timezone.now)
    registered = models.PositiveIntegerField(_("registered"))
    # Of ten such ranges eight should hold the number that came.
    low = models.PositiveIntegerField(_("at least"))
    expected = models.PositiveIntegerField(_("most likely"))
    high = models.PositiveIntegerField(_("at most"))

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering = ["-days_before"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "schedule_rev", "days_before"], name="forecast_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.low}–{self.high}"
