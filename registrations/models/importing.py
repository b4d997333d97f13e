"""People, evenings and attendance brought along from elsewhere (O25)."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Series
from people.models import User

# A file that nobody takes over is a list of people that lies about.
KEPT = timedelta(days=7)
# The numbers of a report that stand for something new.
NEWS = ("people_new", "evenings_new", "seats_new", "waiting_new", "came", "stayed_away")


class ImportQuerySet(models.QuerySet["Import"]):
    def forgotten(self) -> Self:
        """Files that were sent and left lying."""
        left = self.exclude(state=Import.State.DONE)
        return left.filter(sent_at__lt=timezone.now() - KEPT)

    def forget(self) -> int:
        """Delete files that nobody has taken over within a week; returns how many."""
        return self.forgotten().delete()[1].get(self.model._meta.label, 0)


class Import(models.Model):
    """One file on its way in: sent, mapped, tried, taken over."""

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        TRIED = "tried", _("tried, nothing written yet")
        DONE = "done", _("taken over")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="imports", verbose_name=_("series")
    )
    file_name = models.CharField(_("file"), max_length=200)
    # UTF-8, whatever was sent. Emptied once it is taken over: the rows have it then, and a copy
    # would outlive them.
    content = models.BinaryField(default=b"")
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.SENT)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    done_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def writes_nothing(self) -> bool:
        """Whether the dry run found nothing new in it."""
        return not any(self.report.get(name) for name in NEWS)
