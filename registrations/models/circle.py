"""Circles of six to eight, round by round, so that strangers meet (O14, needs 102–104)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from registrations.models.registration import Registration


class CircleRound(models.Model):
    """One round of circles at one evening."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="circle_rounds")
    number = models.PositiveSmallIntegerField(_("round"))
    made_at = models.DateTimeField(default=timezone.now)
    # The timer of the introductions, once somebody pressed it.
    started_at = models.DateTimeField(null=True, blank=True)
    seconds_each = models.PositiveSmallIntegerField(_("seconds a person"), default=30)

    class Meta:
        verbose_name = _("round of circles")
        verbose_name_plural = _("rounds of circles")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="circle_round_once")
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.number}"


class CirclePlace(models.Model):
    """Who stands in which circle of a round."""

    round = models.ForeignKey(CircleRound, models.CASCADE, related_name="places")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="circle_places")
    circle = models.PositiveSmallIntegerField(_("circle"))

    class Meta:
        verbose_name = _("place in a circle")
        verbose_name_plural = _("places in circles")
        ordering = ["circle", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "registration"], name="circle_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.registration.contact}: {self.circle}"
