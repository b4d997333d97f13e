"""How long a series keeps what it knows of people, and the log of what has gone (O24)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models.series import Series


class KeepFor(models.Model):
    """A series' own period for one kind of thing; without such a row the usual one holds."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="keeping")
    # The name of a rule (`people.keeping`).
    what = models.CharField(max_length=40)
    days = models.PositiveSmallIntegerField(_("days"))

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            models.UniqueConstraint(fields=["series", "what"], name="keep_for_once_per_series")
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.days}"


class Forgotten(models.Model):
    """What went when its period was over: how many, never whose."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="forgotten")
    what = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    older_than = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("forgotten")
        verbose_name_plural = _("forgotten")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["series", "-at"], name="forgotten_by_series")]

    def __str__(self) -> str:
        return f"{self.what}: {self.count}"
