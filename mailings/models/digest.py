"""The monthly digest of a series (needs 85, O9); a person who follows several gets one for all."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from mailings.models.held_back import HeldBack
from mailings.months import GOOD_FOR, day_of, due_at, dues, period_of, shifted
from meetups.models import Refused, Series
from outbox.models import Batch, Delivery
from outbox.models.delivery import DeliveryQuerySet

# So long before the first of a month is due the organizers can read theirs.
TO_READ = dt.timedelta(days=7)
# So long after a standstill it still says whom it missed.
LOOK_BACK = dt.timedelta(days=7)
# Between two looks for people who changed their zone meanwhile.
LOOK_AGAIN = dt.timedelta(hours=1)


class DigestQuerySet(models.QuerySet["Digest"]):
    def at_hand(self) -> list["Digest"]:
        """Those that are not over, the earliest first; makes what is about to be due."""
        several = Series.objects.exclude(digest_day=None).defer("description", "description_html")
        series = {one.pk: one for one in several}
        if not series:
            return []
        wanted = set(_wanted(series.values()))
        months = {period for _pk, period in wanted}
        known = list(self.filter(Q(closed_at=None) | Q(period__in=months), series__in=series))
        if missing := wanted - {(digest.series_id, digest.period) for digest in known}:
            rows: list[Any] = [Digest(series_id=pk, period=p) for pk, p in sorted(missing)]
            self.bulk_create(rows, ignore_conflicts=True)
            return self.at_hand()
        for digest in known:
            digest.series = series[digest.series_id]
        still_open = [digest for digest in known if digest.closed_at is None]
        return sorted(still_open, key=lambda digest: (digest.due_at, digest.pk))

    def leaving(self) -> Self:
        """Those whose news may be written: neither paused nor left out nor over."""
        return self.filter(state__in=Digest.LEAVING, closed_at=None, series__digest_day__gte=1)


def _wanted(series: Iterable[Series]) -> Iterator[tuple[int, str]]:
    """(series, month) of all that are about to be due or lately were; a month begins for all with
    the first of them, for who follows several gets one digest."""
    now = timezone.now()
    this_month = period_of(now, "UTC")
    for period in (shifted(this_month, -1), this_month, shifted(this_month, 1)):
        spans = {
            one.pk: dues(period, one.digest_day, one.digest_time)
            for one in series
            if one.digest_day
        }
        begins = min(span[0] for span in spans.values()) - TO_READ
        for pk, span in spans.items():
            if begins <= now < span[-1] + GOOD_FOR + LOOK_BACK:
                yield pk, period


class Digest(models.Model):
    """One month's digest of a series: what its organizers say in it, and what became of it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("leaves by itself")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("left out")
        STARTED = "started", _("on its way")
        MISSED = "missed", _("missed")

    LEAVING = (State.PLANNED, State.STARTED)

    series = models.ForeignKey(Series, models.CASCADE, related_name="digests")
    period = models.CharField(_("month"), max_length=7)  # "2026-12"
    words = models.TextField(
        _("a line of your own"),
        max_length=2000,
        blank=True,
        help_text=_("Stands first in the digest. Plain text."),
    )
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.PLANNED, editable=False
    )
    # Somebody wanted it earlier than its day.
    hurried_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    # When a planner last looked whose it was due.
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # It was due everywhere, and is too late for everybody.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    planned = models.PositiveIntegerField(_("written to"), default=0, editable=False)
    missed = models.PositiveIntegerField(_("missed"), default=0, editable=False)
    # All letters in which news of this series stood, also those led by another series.
    batches = models.ManyToManyField(Batch, related_name="digests", editable=False)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-period"]
        constraints = [
            models.UniqueConstraint(fields=["series", "period"], name="digest_once_per_month"),
            models.CheckConstraint(
                condition=Q(period__regex=r"^\d{4}-(0[1-9]|1[0-2])$"), name="digest_period_is_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}, {self.month}"

    # When

    @property
    def month(self) -> str:
        """The month in words: "December 2026"."""
        return date_format(day_of(self.period, 1), "YEAR_MONTH_FORMAT")

    @property
    def day(self) -> int:
        return self.series.digest_day or 1

    def due_in(self, zone: str) -> dt.datetime:
        """When it is due for somebody in this zone."""
        due = due_at(self.period, self.day, self.series.digest_time, zone)
        return min(due, self.hurried_at) if self.hurried_at else due

    @property
    def due_at(self) -> dt.datetime:
        """When it is due for those who live by the clocks of the series."""
        return self.due_in(self.series.time_zone)

    @property
    def too_late_at(self) -> dt.datetime:
        """From when on it is missed, by the clocks of the series."""
        return self.due_at + GOOD_FOR

    @property
    def since_for_newcomers(self) -> dt.datetime:
        """From when on things are new for somebody who never got a digest: a month before."""
        before, at = shifted(self.period, -1), self.series.digest_time
        return due_at(before, self.day, at, self.series.time_zone)

    @property
    def has_to_look(self) -> bool:
        """Whether it became due in some zone, or it is time to look for those who moved."""
        now, looked = timezone.now(), self.looked_at
        moments = dues(self.period, self.day, self.series.digest_time)
        if self.hurried_at:
            moments = (self.hurried_at, *moments)
        if self.closed_at or now < min(moments):
            return False
        if looked is None or now - looked >= LOOK_AGAIN:
            return True
        return any(looked < moment <= now for moment in moments)

    # What was written

    @property
    def about(self) -> str:
        """The name in the outbox of the letters that this digest led."""
        return f"digest:{self.pk}"

    @property
    def key(self) -> str:
        """The beginning of the keys of all digests of the month, whoever leads them."""
        return f"digest:{self.period}:"

    @property
    def ledger_key(self) -> str:
        return f"{self.key}{self.series_id}:held"

    def ledger(self) -> Batch:
        """The batch under which it is kept who did not get one, and why."""
        facts = {"title": str(self)[:200], "realm": self.series.realm, "about": self.about}
        batch, _created = Batch.objects.get_or_create(key=self.ledger_key, defaults=facts)
        return batch

    def held_back(self) -> models.QuerySet[HeldBack]:
        return HeldBack.objects.filter(batch__key=self.ledger_key)

    def messages(self) -> DeliveryQuerySet:
        """The letters that it led."""
        return Delivery.objects.about(self.about).filter(key__startswith=self.key)

    # Verbs

    @contextmanager
    def locked(self) -> Iterator["Digest"]:
        """Hold the digest's row; afterwards this object knows what became of it."""
        with transaction.atomic():
            rows = Digest.objects.select_for_update(of=("self",)).select_related("series")
            yield rows.get(pk=self.pk)
        self.refresh_from_db()

    def pause(self) -> int:
        """Stop it until it is resumed; returns how many letters on their way are held."""
        with self.locked() as digest:
            digest._refuse_if_over()
            digest._become(self.State.PAUSED)
            return digest.messages().hold()

    def leave_out(self) -> int:
        """None this month; returns how many letters were taken back."""
        with self.locked() as digest:
            digest._refuse_if_over()
            digest._become(self.State.CANCELLED)
            return digest.messages().withdraw()

    def resume(self) -> None:
        """Let it leave by itself again."""
        with self.locked() as digest:
            digest._refuse_if_over()
            digest._become(self.State.STARTED if digest.started_at else self.State.PLANNED)
            digest.messages().release()

    def send_now(self) -> None:
        """Let it leave with the next round of the clock, within a minute."""
        with self.locked() as digest:
            digest._refuse_if_over()
            if digest.started_at:
                raise Refused(_g("It is on its way already."))
            digest.hurried_at = timezone.now()
            digest.save(update_fields=["hurried_at"])
            digest._become(self.State.PLANNED)

    def say(self, words: str) -> None:
        """Put the organizers' own line into it; raises Refused once it has left."""
        with self.locked() as digest:
            digest._refuse_if_over()
            if digest.started_at:
                raise Refused(_g("It has left already. Keep your words for the next one."))
            digest.words = words
            digest.save(update_fields=["words"])

    def _become(self, state: "Digest.State") -> None:
        self.state = state
        self.save(update_fields=["state"])

    def _refuse_if_over(self) -> None:
        if self.closed_at:
            raise Refused(_g("This month is over."))

    def close(self, missed: int) -> None:
        """Nobody gets it any more; `missed` are those who should have."""
        self.missed, self.closed_at = missed, timezone.now()
        if self.state == self.State.PAUSED or (missed and not self.planned):
            self.state = self.State.MISSED
        self.save(update_fields=["missed", "closed_at", "state"])
