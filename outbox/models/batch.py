from django.db import models
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """Messages planned together: one wave, one reminder round, one digest."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    # Lies under each delivery's own context, so that 100,000 rows need not repeat it.
    context = models.JSONField(_("shared facts"), default=dict, blank=True)
    planned = models.PositiveIntegerField(_("planned"), default=0)
    held = models.PositiveIntegerField(_("held back by limits"), default=0)
    realm = models.CharField(max_length=100, blank=True, editable=False)
    about = models.CharField(max_length=100, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(_("planned at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("batch of messages")
        verbose_name_plural = _("batches of messages")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title or self.key

    def tally(self) -> dict[str, int]:
        """How many of its messages are in which state."""
        counts = self.deliveries.order_by().values_list("state").annotate(Count("pk"))
        return dict(counts)
