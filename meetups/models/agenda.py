"""How an evening runs, and what it looked like."""

import uuid
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models.event import Event


class Slot(models.Model):
    """One item of the agenda; breaks are items like talks (need 3)."""

    class Kind(models.TextChoices):
        DOORS = "doors", _("doors open")
        WELCOME = "welcome", _("welcome")
        TALK = "talk", _("talk")
        LIGHTNING = "lightning", _("lightning talks")
        QUESTIONS = "questions", _("questions and answers")
        BREAK = "break", _("break")
        CIRCLES = "circles", _("circles")
        AFTER_PARTY = "after-party", _("after-party")

    event = models.ForeignKey(Event, models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.TALK)
    title = models.CharField(_("title"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=20, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """A talk in this place goes back to the pool; whoever was asked to step in is told."""
        with self.event.locked():
            talk = getattr(self, "talk", None)
            if talk:
                talk.vacate()
            self.offers.release()
            return super().delete(*args, **kwargs)

    @property
    def is_break(self) -> bool:
        return self.kind not in {self.Kind.TALK, self.Kind.LIGHTNING}


def picture_path(picture: "Picture", name: str) -> str:
    return f"pictures/{picture.pk}.jpg"


class Picture(models.Model):
    """A photo of an evening, already made small and clean (see meetups.pictures)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="pictures")
    file = models.ImageField(
        _("picture"), upload_to=picture_path, width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    caption = models.CharField(
        _("what it shows"),
        max_length=300,
        blank=True,
        help_text=_("Read aloud to people who cannot see it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["event", "position", "added_at"]

    def __str__(self) -> str:
        return self.caption or str(self.pk)
