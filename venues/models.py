"""Where we meet: places, their rooms, and who has which room when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateTimeRangeField,
    RangeOperators,
)
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def _one(field: str) -> models.Func:
    value = F(field)
    return models.Func(
        value, value, models.Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )


def _span(start: str, end: str) -> models.Func:
    return models.Func(start, end, function="tstzrange", output_field=DateTimeRangeField())


class Venue(models.Model):
    """A place: what guests read, and what only organizers know (needs 40–50)."""

    class Kind(models.TextChoices):
        HOTEL = "hotel", _("hotel")
        CAFE = "cafe", _("café")
        COWORKING = "coworking", _("co-working space")
        OFFICE = "office", _("office")
        OTHER = "other", _("other")

    class Stage(models.TextChoices):
        IDEA = "idea", _("idea")
        CONTACTED = "contacted", _("contacted")
        VISITED = "visited", _("visited")
        AGREED = "agreed", _("agreed")
        HOSTED = "hosted", _("has hosted us")

    slug = models.SlugField(_("short name in links"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    transport = models.CharField(_("by public transport"), max_length=300, blank=True)
    parking = models.CharField(_("parking"), max_length=300, blank=True)
    entrance = models.TextField(
        _("how to get in"),
        max_length=2000,
        blank=True,
        help_text=_("Which door, which floor, whom to ask. Goes into the reminder, too."),
    )
    step_free = models.BooleanField(_("step-free"), null=True, blank=True)

    # Organizers' part: never on a public page.
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.IDEA)
    free_from_host = models.BooleanField(_("free from the host"), default=False)
    price = models.CharField(_("price"), max_length=100, blank=True)
    host_name = models.CharField(_("host's contact"), max_length=200, blank=True)
    host_email = models.EmailField(_("host's e-mail"), blank=True)
    host_phone = models.CharField(_("host's phone"), max_length=32, blank=True)
    conditions = models.TextField(_("host's conditions"), max_length=2000, blank=True)
    contacted_on = models.DateField(_("last contact"), null=True, blank=True)
    notes = models.TextField(_("notes"), max_length=10_000, blank=True)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name

    @property
    def map_url(self) -> str:
        """The place on OpenStreetMap; empty where we do not know where it is."""
        if self.latitude is None or self.longitude is None:
            return ""
        return f"https://www.openstreetmap.org/?mlat={self.latitude}&mlon={self.longitude}#map=17"


class Room(models.Model):
    """A room of a venue and how it suits an evening (needs 43–46)."""

    class Grade(models.TextChoices):
        GOOD = "good", _("good")
        FAIR = "fair", _("fair")
        POOR = "poor", _("poor")

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="rooms", verbose_name=_("venue"))
    name = models.CharField(_("name"), max_length=100)
    capacity = models.PositiveIntegerField(_("people it holds"), null=True, blank=True)
    light = models.CharField(_("light and dimming"), max_length=4, choices=Grade, blank=True)
    noise = models.CharField(_("quiet"), max_length=4, choices=Grade, blank=True)
    air = models.CharField(_("air and windows"), max_length=4, choices=Grade, blank=True)
    lounge = models.CharField(_("a second zone to talk"), max_length=4, choices=Grade, blank=True)
    refreshments = models.CharField(_("tea and coffee"), max_length=4, choices=Grade, blank=True)
    projector = models.CharField(_("projector"), max_length=4, choices=Grade, blank=True)
    sound = models.CharField(_("sound"), max_length=4, choices=Grade, blank=True)
    recording = models.CharField(_("recording"), max_length=4, choices=Grade, blank=True)
    step_free = models.CharField(_("step-free access"), max_length=4, choices=Grade, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    checked_on = models.DateField(_("last checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["venue", Lower("name")]
        constraints = [
            models.UniqueConstraint(
                "venue",
                Lower("name"),
                name="room_name_once_per_venue",
                violation_error_message=_("This venue already has a room of that name."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.venue}, {self.name}"


class Booking(models.Model):
    """A room held or confirmed for a span; two confirmed ones never overlap."""

    class State(models.TextChoices):
        HELD = "held", _("held")
        CONFIRMED = "confirmed", _("confirmed")

    room = models.ForeignKey(Room, models.CASCADE, related_name="bookings", verbose_name=_("room"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.HELD)
    note = models.CharField(_("for"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="booking_ends_after_start",
                violation_error_message=_("A booking ends after it starts."),
            ),
            ExclusionConstraint(
                name="booking_room_free",
                # A range of one number instead of "=": needs no extension of the server.
                expressions=[
                    (_one("room"), RangeOperators.OVERLAPS),
                    (_span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="confirmed"),
                violation_error_message=_("The room is already taken at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room}: {self.starts_at:%Y-%m-%d %H:%M}"
