"""A channel that rests for a line, because too many said that it annoys them (need 84)."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Line, Series
from outbox.models import Delivery
from outbox.states import MessageClass
from people.models import Contact


class RestQuerySet(models.QuerySet["Rest"]):
    def now(self) -> Self:
        """Rests that have not ended."""
        return self.filter(ended_at=None)

    def channels(self, series: Series, line: Line | None) -> set[str]:
        """The channels that rest for news of this line, or of the whole series."""
        mine = self.now().filter(Q(line=None) | Q(line=line), series=series)
        return set(mine.values_list("channel", flat=True))

    def begin(
        self, series: Series, line: Line | None, channel: str, asked: int, annoyed: int
    ) -> None:
        """Silence the channel for the line, at once also for what is waiting to leave.

        Nothing changes where it rests already.
        """
        rest = Rest(series=series, line=line, channel=channel, asked=asked, annoyed=annoyed)
        Rest.objects.bulk_create([rest], ignore_conflicts=True)
        rest.news().withdraw()


class Rest(models.Model):
    """One channel, silent for one line (or a series without lines) until an organizer lifts it."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="rests")
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="rests")
    channel = models.CharField(_("channel"), max_length=20, choices=Contact.Channel)
    since = models.DateTimeField(_("since"), default=timezone.now)
    asked = models.PositiveIntegerField(_("answers"), default=0)
    annoyed = models.PositiveIntegerField(_("of them annoyed"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RestQuerySet.as_manager()

    class Meta:
        verbose_name = _("resting channel")
        verbose_name_plural = _("resting channels")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "line", "channel"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="rest_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.line or self.series}: {self.get_channel_display()}"

    def news(self) -> Any:
        """What is told about this line on this channel to people who did not ask for a seat."""
        news = Delivery.objects.filter(
            realm=self.series.realm,
            channel=self.channel,
            message_class=MessageClass.PROMOTIONAL,
        )
        if self.line is None:
            return news
        evenings = self.line.events.filter(ends_at__gt=timezone.now())
        return news.filter(about__in=[event.about for event in evenings])

    def lift(self) -> None:
        """News may leave on this channel again; only answers from now on count against it."""
        if self.ended_at is None:
            self.ended_at = timezone.now()
            self.save(update_fields=["ended_at"])
