"""What people answer to "does this annoy you?", asked now and then on each channel (need 84)."""

from datetime import timedelta

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailings.models.rest import Rest
from meetups.models import Line, Series
from people.models import Contact

# So many answers within so long a time say something; above that share of "yes" a channel rests.
ENOUGH, LATELY, TOO_MANY = 10, timedelta(days=182), 0.2


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def say(
        self, contact: Contact, series: Series, line: Line | None, channel: str, annoyed: bool
    ) -> None:
        """Keep her answer, her latest in this half of the year; it may silence the channel.

        For mails by their link, for calls by whoever called.
        """
        with transaction.atomic():
            # One at a time, so that the answer that is one too many is seen to be.
            Series.objects.select_for_update(no_key=True).get(pk=series.pk)
            self.update_or_create(
                contact=contact,
                series=series,
                channel=channel,
                half=half_of_year(),
                defaults={"line": line, "annoyed": annoyed, "answered_at": timezone.now()},
            )
            asked, yes = self.counts(series, line, channel)
            if asked >= ENOUGH and yes / asked > TOO_MANY:
                Rest.objects.begin(series, line, channel, asked, yes)

    def counts(self, series: Series, line: Line | None, channel: str) -> tuple[int, int]:
        """How many people have answered lately, and how many of them said yes.

        What was said before the last rest was lifted does not count again.
        """
        about = {"series": series, "line": line, "channel": channel}
        lifted = Rest.objects.filter(**about).aggregate(at=Max("ended_at"))["at"]
        since = max(filter(None, [timezone.now() - LATELY, lifted]))
        said = self.filter(**about, answered_at__gt=since).order_by("contact", "-answered_at")
        answers = said.distinct("contact").values_list("annoyed", flat=True)
        return len(answers), sum(answers)


class Opinion(models.Model):
    """One person's answer about one channel of a series, in one half of a year."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opinions")
    series = models.ForeignKey(Series, models.CASCADE, related_name="opinions")
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="opinions")
    channel = models.CharField(_("channel"), max_length=20, choices=Contact.Channel)
    half = models.CharField(_("half of the year"), max_length=6)  # "2026-2"
    annoyed = models.BooleanField(_("annoyed"))
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to “does this annoy you?”")
        verbose_name_plural = _("answers to “does this annoy you?”")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "channel", "series", "half"], name="opinion_once_per_half_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact}, {self.half}: {self.annoyed}"


def half_of_year() -> str:
    """The half that the program's clock is in: "2026-2" from July on."""
    today = timezone.now()
    return f"{today.year}-{1 if today.month <= 6 else 2}"
