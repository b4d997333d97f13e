"""When a channel stood still, and what the other side had said: organizers see both (T28)."""

import re
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models.delivery import Attempt
from people.models import Contact

SHOWN_FOR = timedelta(days=1)
# Organizers of every series read these words: nobody's address stands in them.
_ADDRESS = re.compile(r"\S*@\S*|\+?\d{7,}")


class PauseQuerySet(models.QuerySet["Pause"]):
    def lasting(self) -> Self:
        """Those whose channel has sent nothing since."""
        return self.filter(resumed_at=None)

    def to_show(self) -> Self:
        """What lasts, and for a day what is over."""
        return self.filter(Q(resumed_at=None) | Q(resumed_at__gte=timezone.now() - SHOWN_FOR))

    def begin(self, channel: str, until: datetime) -> None:
        """The channel waits until then; one that waited already goes on with the same pause."""
        now = timezone.now()
        said = {"until": until, "said": last_words(channel)}
        self.update_or_create(
            channel=channel, resumed_at=None, defaults=said, create_defaults=said | {"since": now}
        )

    def end(self, channel: str) -> None:
        """A message got through."""
        self.lasting().filter(channel=channel).update(resumed_at=timezone.now())


class Pause(models.Model):
    """From the first silence of a channel to the first message that got through again."""

    channel = models.CharField(_("channel"), max_length=20)
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("next try"))
    resumed_at = models.DateTimeField(_("goes on since"), null=True, blank=True)
    said = models.CharField(_("what was said"), max_length=300, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], name="pause_lasts_once", condition=Q(resumed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.since:%Y-%m-%d %H:%M} UTC"

    @property
    def name(self) -> str:
        """The channel as people call it: "e-mail"."""
        return str(dict(Contact.Channel.choices).get(self.channel, self.channel))


def last_words(channel: str) -> str:
    """What the other side of the channel said to the last message it did not take."""
    failed = Attempt.objects.filter(delivery__channel=channel).exclude(phase="taken")
    words = failed.order_by("-pk").values_list("text", flat=True).first()
    return _ADDRESS.sub("…", words or "")[:300]
