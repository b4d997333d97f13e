"""What a series looks for: formats, scope, who decides and by when (need 88)."""

import datetime as dt
from typing import Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Series
from meetups.text import render_markdown
from meetups.walltime import instant

LAST_MINUTE = dt.time(23, 59)
# What is there when a call is made; organizers change it (needs 1, 90, 91).
FORMATS = ((_("Talk"), 20), (_("Lightning talk"), 5))
CRITERIA = (
    (_("Starts a discussion"), 3),
    (_("Quality of the topic"), 2),
    (_("People come for this speaker"), 1),
)


class CallQuerySet(models.QuerySet["Call"]):
    def still_on(self) -> Self:
        """All but those of an evening that is off or over; standing ones first, closed ones last.

        Organizers may write a late talk into each of them.
        """
        off = Q(event__status=Event.Status.CANCELLED) | Q(event__ends_at__lte=timezone.now())
        return self.exclude(off).order_by(models.F("closes_at").desc(nulls_first=True), "pk")

    def unfinished(self) -> Self:
        """Those that take proposals now or will, standing ones first."""
        return self.still_on().exclude(closes_at__lte=timezone.now())

    def open(self) -> Self:
        """Those that take proposals now, standing ones first."""
        return self.unfinished().filter(Q(opens_at=None) | Q(opens_at__lte=timezone.now()))

    def recompute_instants(self) -> int:
        """Put deadlines to come at the right instant again after a change of the zone data."""
        moved = 0
        for call in self.filter(closes_at__gt=timezone.now()).select_related("series"):
            if call.closes_at != call.closing_instant():
                call.save(update_fields=["opens_at", "closes_at"])
                moved += 1
        return moved


class Call(models.Model):
    """A call for talks: of the whole series, standing or until a day, or of one evening."""

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="calls", verbose_name=_("series")
    )
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="calls",
        verbose_name=_("for one evening only"),
        help_text=_("Empty: for the whole series. A talk that fits no date now finds another."),
    )  # fmt: skip
    slug = models.SlugField(_("short name in links"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    scope = models.TextField(
        _("what we look for"), max_length=10_000, blank=True,
        help_text=_("Topics, audience, what is covered, whether talks are recorded. Markdown."),
    )  # fmt: skip
    scope_html = models.TextField(editable=False, blank=True)
    who_decides = models.CharField(
        _("who decides"), max_length=300, blank=True, help_text=_("Like: Ann and Boris, together.")
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days until the answer"), default=14, validators=[MinValueValidator(1)],
        help_text=_("Promised to every speaker; what is later than that shows up on your desk."),
    )  # fmt: skip

    # Wall time of the series' zone; the instants follow from it (save).
    opens_on = models.DateField(
        _("opens on"), null=True, blank=True, help_text=_("Empty: at once.")
    )
    closes_on = models.DateField(
        _("closes on"), null=True, blank=True, help_text=_("Empty: a standing call.")
    )
    closes_time = models.TimeField(_("at"), default=LAST_MINUTE)
    opens_at = models.DateTimeField(null=True, editable=False)
    closes_at = models.DateTimeField(null=True, editable=False)

    without_names = models.BooleanField(
        _("reviewers see no names"), default=False,
        help_text=_("Organizers still do: they write to the speakers."),
    )  # fmt: skip
    confirm_days = models.PositiveSmallIntegerField(
        _("days to confirm an evening"), default=5,
        help_text=_("After so many days, and once more after as many again, we ask again."),
    )  # fmt: skip
    offer_hours = models.PositiveSmallIntegerField(
        _("hours until the next reserve is asked"), default=24, validators=[MinValueValidator(1)]
    )
    # Days before the evening by which a speaker has done her part (needs 96–98).
    profile_days = models.PositiveSmallIntegerField(_("profile, days before"), default=21)
    slides_days = models.PositiveSmallIntegerField(
        _("draft of the slides, days before"), default=10
    )
    rehearsal_days = models.PositiveSmallIntegerField(_("rehearsal, days before"), default=5)
    arrival_days = models.PositiveSmallIntegerField(
        _("how to arrive, days before"), default=1, validators=[MaxValueValidator(60)]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for talks")
        verbose_name_plural = _("calls for talks")
        ordering = ["series", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "slug"],
                name="call_once_per_series",
                violation_error_message=_("The series has a call with this short name."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None)
                | Q(closes_at=None)
                | Q(closes_at__gt=models.F("opens_at")),
                name="call_closes_after_it_opens",
                violation_error_message=_("It closes before it opens."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.scope_html = render_markdown(self.scope)
        self.opens_at = self.opening_instant()
        self.closes_at = self.closing_instant()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("speakers:call", args=[self.series.slug])

    def clean(self) -> None:
        if self.event and self.event.series_id != self.series_id:
            raise ValidationError({"event": _("This evening belongs to another series.")})
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise ValidationError({"closes_on": _("It closes before it opens.")})

    def opening_instant(self) -> dt.datetime | None:
        """When it opens, at the first minute of its day; None where it is open from the start."""
        if self.opens_on is None:
            return None
        return instant(self.opens_on, dt.time(), self.series.time_zone)

    def closing_instant(self) -> dt.datetime | None:
        """When it closes, worked out anew from wall time and zone; None for a standing call."""
        if self.closes_on is None:
            return None
        return instant(self.closes_on, self.closes_time, self.series.time_zone)

    @property
    def is_standing(self) -> bool:
        return self.closes_on is None

    @property
    def is_open(self) -> bool:
        now = timezone.now()
        begun = self.opens_at is None or self.opens_at <= now
        in_time = self.closes_at is None or self.closes_at > now
        return begun and in_time and not self.is_off

    @property
    def is_off(self) -> bool:
        """Whether its one evening is cancelled or over; a call of the whole series never is."""
        return self.event is not None and (self.event.is_cancelled or self.event.is_over)

    @property
    def public_event(self) -> Event | None:
        """Its evening, once visitors may know of it."""
        event = self.event
        return None if event is None or event.status == Event.Status.DRAFT else event

    def answer_by(self) -> dt.date:
        """The day by which a proposal sent in now is promised an answer, by the series' clocks."""
        now = timezone.now()
        return timezone.localtime(max(now, self.closes_at or now), self.series_zone).date() + (
            dt.timedelta(days=self.answer_days)
        )

    @property
    def series_zone(self) -> dt.tzinfo:
        return ZoneInfo(self.series.time_zone)

    def furnish(self) -> None:
        """Give a new call its usual formats and criteria, where it has none."""
        if not self.formats.exists():
            Format.objects.bulk_create(
                Format(call=self, name=str(name), minutes=minutes, position=n)
                for n, (name, minutes) in enumerate(FORMATS)
            )
        if not self.criteria.exists():
            Criterion.objects.bulk_create(
                Criterion(call=self, name=str(name), weight=weight, position=n)
                for n, (name, weight) in enumerate(CRITERIA)
            )


class Format(models.Model):
    """A kind of talk with its minutes."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="formats")
    name = models.CharField(_("name"), max_length=100)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=20, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("format")
        verbose_name_plural = _("formats")
        ordering = ["call", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "name"],
                name="format_once_per_call",
                violation_error_message=_("This call has a format of that name."),
            )
        ]

    def __str__(self) -> str:
        return _("%(name)s, %(minutes)d min") % {"name": self.name, "minutes": self.minutes}


class Criterion(models.Model):
    """What reviewers look at, and how much it counts (needs 90, 91)."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria")
    name = models.CharField(_("name"), max_length=100)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["call", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "name"], name="criterion_once_per_call")
        ]

    def __str__(self) -> str:
        return self.name
