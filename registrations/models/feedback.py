"""What a guest says of an evening and of the room; about a talk she tells its speaker alone."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registrations.models.registration import Registration

MARK = [MinValueValidator(1), MaxValueValidator(5)]


class Feedback(models.Model):
    """One guest's words on one evening, by the link in her thanks (need 112); all optional."""

    registration = models.OneToOneField(Registration, models.CASCADE, related_name="feedback")
    evening = models.PositiveSmallIntegerField(_("the evening"), null=True, validators=MARK)
    room = models.PositiveSmallIntegerField(_("the room"), null=True, validators=MARK)
    words = models.TextField(_("about the evening"), max_length=2000, blank=True)
    # For the people of the venue: air, light, noise.
    room_words = models.TextField(_("about the room"), max_length=2000, blank=True)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                condition=Q(evening=None) | Q(evening__range=(1, 5)), name="feedback_evening_mark"
            ),
            models.CheckConstraint(
                condition=Q(room=None) | Q(room__range=(1, 5)), name="feedback_room_mark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration.event}: {self.evening or '–'}"
