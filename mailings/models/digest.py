"""The monthly digest of a series (needs 85, O9); a person who follows several gets one for all."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetups.models import Series


class Digest(models.Model):
    """One month's digest of a series: what its organizers say in it, and what became of it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("leaves by itself")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("left out")
        STARTED = "started", _("on its way")
        MISSED = "missed", _("missed")

    series = models.ForeignKey(Series, models.CASCADE, related_name="digests")
    period = models.CharField(_("month"), max_length=7)  # "2026-12"
    words = models.TextField(
        _("a line of your own"),
        max_length=2000,
        blank=True,
        help_text=_("Stands first in the digest. Plain text."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("written to"), default=0)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-period"]
        constraints = [
            models.UniqueConstraint(fields=["series", "period"], name="digest_once_per_month"),
            models.CheckConstraint(
                condition=Q(period__regex=r"^\d{4}-(0[1-9]|1[0-2])$"), name="digest_period_is_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}, {self.period}"
