"""Times at which speakers try their talks with an organizer (need 98)."""

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Refused
from meetups.templatetags.times import when
from meetups.walltime import instant
from speakers import preparing
from speakers.models.duty import Duty
from speakers.models.talk import Talk


class RehearsalQuerySet(models.QuerySet["Rehearsal"]):
    def in_order(self) -> Self:
        """As they are read, with the zone of each."""
        return self.select_related("event")

    def free(self) -> Self:
        """Times to come that nobody booked."""
        return self.filter(talk=None, starts_at__gt=timezone.now()).order_by("starts_at", "pk")


class Rehearsal(models.Model):
    """A time at which one speaker can try her talk with an organizer; she books it (need 98)."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="rehearsals", verbose_name=_("evening")
    )
    date = models.DateField(_("date"))
    time = models.TimeField(_("start"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=40, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    starts_at = models.DateTimeField(editable=False)
    place = models.CharField(
        _("where"), max_length=300, blank=True, help_text=_("An address, or a link to a call.")
    )
    with_whom = models.CharField(_("with"), max_length=200, blank=True)
    talk = models.ForeignKey(
        Talk, models.SET_NULL, null=True, blank=True, related_name="rehearsals",
        verbose_name=_("booked for"),
    )  # fmt: skip
    booked_at = models.DateTimeField(_("booked"), null=True, blank=True, editable=False)
    notes = models.TextField(
        _("notes for the speaker"), max_length=5000, blank=True,
        help_text=_("Pace, emphasis, tone. The speaker reads them."),
    )  # fmt: skip

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return f"{self.event}: {date_format(self.date, 'j M Y')}, {self.time:%H:%M}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.starts_at = instant(self.date, self.time, self.event.zone)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def in_words(self) -> str:
        """When with its zone, how long, where and with whom, in one line."""
        length = _g("%(minutes)d minutes") % {"minutes": self.minutes}
        company = _g("with %(whom)s") % {"whom": self.with_whom} if self.with_whom else ""
        words = [when(self.starts_at, self.event.zone), length, self.place, company]
        return " · ".join(filter(None, words))

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(minutes=self.minutes)

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    def book(self, talk: Talk) -> None:
        """Take this time for the talk, instead of any other; its speakers and organizers are told.

        Raises Refused where it is gone, or the talk is on another evening.
        """
        with self.event.locked() as event:
            self._must_be_for(talk, event)
            free = Rehearsal.objects.free().filter(pk=self.pk)
            if not free.update(talk=talk, booked_at=timezone.now()):
                self.refresh_from_db()
                if self.talk_id == talk.pk:
                    return
                raise Refused(_g("Somebody else has taken this time. Please choose another one."))
            others = Rehearsal.objects.filter(talk=talk, starts_at__gt=timezone.now())
            others.exclude(pk=self.pk).update(talk=None, booked_at=None)
            talk.duties.finish(Duty.Kind.REHEARSAL)
            self.refresh_from_db()
            preparing.rehearsal_booked(self, talk)

    def give_back(self) -> None:
        """The talk's speakers do not come at this time; somebody else may book it."""
        talk = self.talk
        if talk is None:
            return
        with self.event.locked():
            mine = Rehearsal.objects.filter(pk=self.pk, talk=talk, starts_at__gt=timezone.now())
            if mine.update(talk=None, booked_at=None):
                talk.duties.filter(kind=Duty.Kind.REHEARSAL).update(done_at=None)
                preparing.rehearsal_given_back(self, talk)
        self.refresh_from_db()

    def change(self, fields: list[str], tell: bool) -> int:
        """Save these fields and no others; returns how many speakers are told of them."""
        with self.event.locked():
            self.save(update_fields=[*fields, "starts_at"])
            self.refresh_from_db()
            booked = self.talk if tell and not self.is_over else None
            return preparing.rehearsal_booked(self, booked) if booked else 0

    def call_off(self) -> None:
        """It does not take place: its speakers are told, and may choose another time."""
        with self.event.locked():
            fresh = Rehearsal.objects.select_related("talk", "event").get(pk=self.pk)
            Rehearsal.objects.filter(pk=self.pk).delete()
            if fresh.talk:
                fresh.talk.duties.filter(kind=Duty.Kind.REHEARSAL).update(done_at=None)
                preparing.rehearsal_called_off(fresh, fresh.talk)

    def _must_be_for(self, talk: Talk, event: Event) -> None:
        slot = Talk.objects.select_related("slot").get(pk=talk.pk).slot
        if slot is None or slot.event_id != event.pk:
            raise Refused(_g("This rehearsal is for another evening."))
        if event.is_cancelled or event.is_over:
            raise Refused(_g("This evening does not take place any more."))
