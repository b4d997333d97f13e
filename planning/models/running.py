"""How an evening really ran, and what its host keeps at hand (needs 100, 101, 105)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Slot


class Begun(models.Model):
    """When an item of the agenda really began."""

    slot = models.OneToOneField(Slot, models.CASCADE, related_name="begun")
    at = models.DateTimeField(_("began"), default=timezone.now)

    class Meta:
        verbose_name = _("beginning")
        verbose_name_plural = _("beginnings")

    def __str__(self) -> str:
        return f"{self.slot}: {self.at:%H:%M}"


class HostNote(models.Model):
    """The host's own lines beside an item: questions if the room is quiet, who gets a gift."""

    slot = models.OneToOneField(Slot, models.CASCADE, related_name="host_note")
    words = models.TextField(_("for the host"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("host’s note")
        verbose_name_plural = _("host’s notes")

    def __str__(self) -> str:
        return f"{self.slot}: {self.words[:40]}"
