"""A series, its lines, and who runs it."""

from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.friends import Friend, friends_in, validate_friends
from meetups.text import render_markdown
from meetups.walltime import validate_zone
from people.models import User
from venues.models import Venue


class Series(models.Model):
    """Evenings under one name, in one time zone, run by the same people."""

    class Rhythm(models.TextChoices):
        NONE = "", _("no fixed rhythm")
        MONTHLY = "monthly", _("once a month")
        TWO_MONTHLY = "two-monthly", _("every two months")
        QUARTERLY = "quarterly", _("every three months")

    slug = models.SlugField(_("short name in links"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    tagline = models.CharField(_("in one sentence"), max_length=300, blank=True)
    description = models.TextField(_("about"), max_length=20_000, blank=True, help_text="Markdown")
    description_html = models.TextField(editable=False, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_zone], help_text=_("Like Europe/Minsk.")
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    hue = models.PositiveSmallIntegerField(
        _("colour"),
        default=35,
        validators=[MaxValueValidator(360)],
        help_text=_(
            "Hue from 0 to 360; lightness and strength are ours, so that it stays readable."
        ),
    )
    chat_url = models.URLField(_("chat"), blank=True)
    code_of_conduct_url = models.URLField(_("code of conduct"), blank=True)
    sister_groups = models.TextField(
        _("friends of ours"),
        max_length=3000,
        blank=True,
        validators=[validate_friends],
        help_text=_("Groups nearby or on the same topic, one a line: Name https://…"),
    )
    privacy_text = models.TextField(_("privacy note"), max_length=5000, blank=True)
    sender_name = models.CharField(_("sender's name in mails"), max_length=200, blank=True)
    reply_to = models.EmailField(_("answers go to"), blank=True)

    # The usual evening (needs 27, 28): defaults for a new event, nothing more.
    usual_time = models.TimeField(_("usual start"), default="19:00")
    usual_minutes = models.PositiveSmallIntegerField(_("usual length in minutes"), default=120)
    usual_venue = models.ForeignKey(
        Venue,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("usual venue"),
    )
    rhythm = models.CharField(_("rhythm"), max_length=12, choices=Rhythm, blank=True)
    confirm_by_mail = models.BooleanField(
        _("a seat needs a click in the mail"),
        default=False,
        help_text=_("Off: a seat is given at once. On: it is held for two hours until the click."),
    )

    # Seats near the start, and fair rules for those who stay away (O5, O21).
    ask_hours = models.PositiveSmallIntegerField(
        _("ask before moving up, hours before the start"),
        default=3,
        validators=[MaxValueValidator(720)],
        help_text=_(
            "Earlier, whoever is next in line gets a free seat at once; from then on it is offered."
        ),
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("an offered seat waits, hours"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_("At most; the night does not count, and near the start it is less."),
    )
    missed_limit = models.PositiveSmallIntegerField(
        _("so many missed evenings, and one waits behind the others"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Within six months. Empty: missing an evening has no effect."),
    )
    overfill_percent = models.PositiveSmallIntegerField(
        _("the room may be too small in so many of 100 evenings"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("How many seats we advise to give away follows from it."),
    )

    # When we write (needs 70, 79, 80, 83, 85): the organizers' own numbers, with good defaults.
    first_wave_days = models.PositiveSmallIntegerField(
        _("first invitation, days before"),
        default=21,
        validators=[MaxValueValidator(120)],
        help_text=_("Not earlier: three weeks before, people cool down until the evening."),
    )
    second_wave_days = models.PositiveSmallIntegerField(
        _("second invitation, days before"), default=3, validators=[MaxValueValidator(120)]
    )
    wave_time = models.TimeField(_("invitations leave at"), default=time(18))
    digest_day = models.PositiveSmallIntegerField(
        _("digest on this day of the month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("31 is the last day of every month. Empty: no digest."),
    )
    digest_time = models.TimeField(_("digest leaves at"), default=time(10))

    venues = models.ManyToManyField(
        Venue, related_name="series", blank=True, verbose_name=_("venues")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.description_html = render_markdown(self.description)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("meetups:series", args=[self.slug])

    @property
    def public_url(self) -> str:
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}"

    @property
    def friends(self) -> list[Friend]:
        """Groups that its page leads to (need 65)."""
        return friends_in(self.sister_groups)

    @property
    def realm(self) -> str:
        """The name under which the outbox keeps this series' messages apart."""
        return f"series:{self.pk}"


class Line(models.Model):
    """A topic line inside a series that people follow (need 38)."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="lines")
    slug = models.SlugField(_("short name"), max_length=80)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["series", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["series", "slug"], name="line_once_per_series")
        ]

    def __str__(self) -> str:
        return self.name


class Cycle(models.Model):
    """Sessions of one topic at several times: whoever comes to two of them is one person (O19)."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="cycles")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = [
            models.UniqueConstraint(fields=["series", "name"], name="cycle_once_per_series")
        ]

    def __str__(self) -> str:
        return self.name


class Organizer(models.Model):
    """What somebody may do in one series; without such a row she may do nothing there."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        ORGANIZER = "organizer", _("organizer")
        REVIEWER = "reviewer", _("reviewer")
        DOOR = "door", _("helper at the door")

    series = models.ForeignKey(Series, models.CASCADE, related_name="organizers")
    user = models.ForeignKey(User, models.CASCADE, related_name="organizer_roles")
    role = models.CharField(_("role"), max_length=9, choices=Role, default=Role.ORGANIZER)

    class Meta:
        verbose_name = _("organizer")
        verbose_name_plural = _("organizers")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "user"],
                name="organizer_once_per_series",
                violation_error_message=_("This person already has a role in the series."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"
