"""One evening: when and where, how many fit in, and the verbs that change it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models.evenings import EventQuerySet
from meetups.models.series import Cycle, Line, Series
from meetups.notices import let_talks_go, talks_in, tell, when_and_where
from meetups.text import folded, render_markdown
from meetups.walltime import instant, validate_day, validate_zone
from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import MessageClass
from venues.models import Room, Venue


class Refused(ValidationError):
    """A verb said no; the message tells why and what to do instead."""


class Event(models.Model):
    """One evening of a series. Its seats and times change only through the verbs below."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")

    class Mode(models.TextChoices):
        ONSITE = "onsite", _("on site")
        ONLINE = "online", _("online")
        BOTH = "both", _("on site and online")

    class Level(models.TextChoices):
        ALL = "all", _("all levels")
        BEGINNERS = "beginners", _("for beginners")
        INTERMEDIATE = "intermediate", _("some experience helps")
        ADVANCED = "advanced", _("for experienced people")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(
        Series, models.PROTECT, related_name="events", verbose_name=_("series")
    )
    line = models.ForeignKey(
        Line, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("line")
    )
    slug = models.SlugField(_("short name in links"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    tagline = models.CharField(_("in one sentence"), max_length=300, blank=True)
    description = models.TextField(
        _("about the evening"), max_length=20_000, blank=True, help_text="Markdown"
    )
    description_html = models.TextField(editable=False, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    level = models.CharField(_("for whom"), max_length=12, choices=Level, default=Level.ALL)
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False
    )
    cancelled_because = models.CharField(
        _("why it is cancelled"), max_length=500, blank=True, editable=False
    )

    # Wall time and zone are what people agreed on; the instants follow from them (save).
    date = models.DateField(_("date"))
    time = models.TimeField(_("start"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=120, validators=[MinValueValidator(1), MaxValueValidator(6000)]
    )
    zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_zone],
        help_text=_("Empty: the zone of the series."),
    )  # fmt: skip
    time_known = models.BooleanField(_("the time is known"), default=True)
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    moved_from = models.DateTimeField(null=True, blank=True, editable=False)
    # Names one schedule of the evening: messages of an older one are worthless.
    schedule_rev = models.PositiveIntegerField(default=0, editable=False)

    mode = models.CharField(_("where"), max_length=6, choices=Mode, default=Mode.ONSITE)
    venue = models.ForeignKey(
        Venue, models.SET_NULL, null=True, blank=True, related_name="events",
        verbose_name=_("venue"),
    )  # fmt: skip
    room = models.ForeignKey(
        Room, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("room")
    )
    getting_in = models.TextField(
        _("how to get in"), max_length=2000, blank=True,
        help_text=_("Empty: what the venue says. Goes into the reminder, too."),
    )  # fmt: skip
    online_url = models.URLField(
        _("link to take part"), blank=True, help_text=_("Only those with an online seat get it.")
    )

    capacity = models.PositiveIntegerField(
        _("seats on site"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    online_capacity = models.PositiveIntegerField(
        _("seats online"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    guests_allowed = models.PositiveSmallIntegerField(
        _("guests a person may bring"),
        default=0,
        validators=[MaxValueValidator(9)],
        help_text=_("Each takes a seat. 0: nobody is asked."),
    )
    approval = models.BooleanField(
        _("seats need our yes"),
        default=False,
        help_text=_("Whoever came three times within a year is let in at once."),
    )
    # Kept by a trigger of the registrations; never written from here.
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    online_taken = models.PositiveIntegerField(default=0, editable=False)
    queue_last = models.PositiveIntegerField(default=0, editable=False)

    purpose = models.CharField(_("why we hold it"), max_length=500, blank=True)
    wanted_outcome = models.CharField(_("what should come of it"), max_length=500, blank=True)

    recap = models.TextField(
        _("afterwards"), max_length=20_000, blank=True,
        help_text=_("What happened, for those who could not come. Markdown."),
    )  # fmt: skip
    recap_html = models.TextField(editable=False, blank=True)
    came = models.PositiveIntegerField(_("people who came"), null=True, blank=True)
    cycle = models.ForeignKey(
        Cycle, models.SET_NULL, null=True, blank=True, related_name="events",
        verbose_name=_("cycle"),
        help_text=_("Sessions of one cycle count a person once."),
    )  # fmt: skip
    # The door kept a list of who came, and whoever is not on it did not come (O5).
    list_closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    list_is_partial = models.BooleanField(
        _("the list of who came is not complete"),
        default=False,
        help_text=_("Then nobody counts as absent."),
    )

    source = models.CharField(max_length=300, blank=True, editable=False)
    search_text = models.TextField(editable=False, blank=True)
    search = models.GeneratedField(
        expression=SearchVector("search_text", config="simple")
        + SearchVector("search_text", config="english")
        + SearchVector("search_text", config="french")
        + SearchVector("search_text", config="russian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    # A form that was opened before the rush must not write yesterday's counts back.
    KEPT_BY_OTHERS = frozenset({"seats_taken", "online_taken", "queue_last", "search"})

    class Meta:
        verbose_name = _("evening")
        verbose_name_plural = _("evenings")
        indexes = [
            models.Index(fields=["series", "-starts_at"], name="event_by_series"),
            models.Index(fields=["starts_at"], name="event_by_start"),
            GinIndex(fields=["search"], name="event_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(seats_taken__lte=F("capacity")),
                name="event_never_oversold",
                violation_error_message=_("More seats than that are already given."),
            ),
            models.CheckConstraint(
                condition=Q(online_capacity=None) | Q(online_taken__lte=F("online_capacity")),
                name="event_never_oversold_online",
                violation_error_message=_("More seats online than that are already given."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "cancelled"]),
                name="event_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.zone = self.zone or self.series.time_zone
        self.starts_at = instant(self.date, self.time, self.zone)
        self.ends_at = self.starts_at + dt.timedelta(minutes=self.minutes)
        self.description_html = render_markdown(self.description)
        self.recap_html = render_markdown(self.recap)
        if not self._state.adding and kwargs.get("update_fields") is None:
            fields = self._meta.concrete_fields
            kwargs["update_fields"] = [
                f.name for f in fields if f.name not in self.KEPT_BY_OTHERS and not f.primary_key
            ]
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            self.waves.furnish(self)
        elif "starts_at" in kwargs["update_fields"]:
            self.waves.follow(self)

    def get_absolute_url(self) -> str:
        return reverse("meetups:event", args=[self.slug])

    def clean(self) -> None:
        if self.date:
            validate_day(self.date)
        if self.room and self.room.venue_id != self.venue_id:
            raise ValidationError({"room": _("This room is not in the chosen venue.")})
        if self.line and self.line.series_id != self.series_id:
            raise ValidationError({"line": _("This line belongs to another series.")})

    # What it is

    @property
    def public_url(self) -> str:
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}"

    @property
    def about(self) -> str:
        """The name of this schedule in the outbox: messages about an older one can be withdrawn."""
        return f"event:{self.pk}:{self.schedule_rev}"

    def messages(self) -> DeliveryQuerySet:
        """Everything written about this evening, whatever its time and place were then."""
        names = [f"event:{self.pk}:{rev}" for rev in range(self.schedule_rev + 1)]
        return Delivery.objects.filter(about__in=names)

    @property
    def local_start(self) -> dt.datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def local_end(self) -> dt.datetime:
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether seats can be had: announced, and not begun (need 69)."""
        return self.status == self.Status.PUBLISHED and self.starts_at > timezone.now()

    @property
    def modes(self) -> list[str]:
        """The ways to take part: "onsite", "online" or both."""
        both = [self.Mode.ONSITE.value, self.Mode.ONLINE.value]
        return both if self.mode == self.Mode.BOTH else [self.mode]

    def limit(self, mode: str) -> int | None:
        return self.online_capacity if mode == self.Mode.ONLINE else self.capacity

    def taken(self, mode: str) -> int:
        return self.online_taken if mode == self.Mode.ONLINE else self.seats_taken

    def seats_left(self, mode: str) -> int | None:
        """Free seats of one mode; None where there is no limit."""
        limit = self.limit(mode)
        return None if limit is None else max(limit - self.taken(mode), 0)

    @property
    def place(self) -> str:
        """Venue and room as a guest would say them; empty while the venue is to follow."""
        if self.mode == self.Mode.ONLINE or not self.venue:
            return ""
        return f"{self.venue.name}, {self.room.name}" if self.room else self.venue.name

    @property
    def entrance(self) -> str:
        return self.getting_in or (self.venue.entrance if self.venue else "")

    # Verbs

    @contextmanager
    def locked(self) -> Iterator["Event"]:
        """Hold the event's row, so that its seats change one at a time. Taken before any other."""
        with transaction.atomic():
            fresh = Event.objects.select_for_update(no_key=True).get(pk=self.pk)
            # What everybody waits for is read under the lock, and nothing else.
            for name in ("series", "venue", "room"):
                is_same = getattr(fresh, f"{name}_id") == getattr(self, f"{name}_id")
                if is_same and name in self._state.fields_cache:
                    setattr(fresh, name, getattr(self, name))
            yield fresh

    def publish(self) -> None:
        """Announce the evening: it appears on the public pages and seats can be had."""
        with self.locked() as event:
            if event.status == self.Status.CANCELLED:
                raise Refused(
                    _g("This evening was cancelled and its guests were told. Make a new one.")
                )
            event.status = self.Status.PUBLISHED
            event.save(update_fields=["status"])
        self.refresh_from_db()

    def cancel(self, because: str = "") -> int:
        """Call the evening off and tell everybody with a seat or a place in the queue, once.

        Its speakers hear what becomes of their talks. Returns how many are told.
        """
        with self.locked() as event:
            if event.status == self.Status.CANCELLED:
                raise Refused(_g("This evening is already cancelled."))
            if event.is_over:
                raise Refused(_g("This evening is over; it can no longer be cancelled."))
            was_public = event.status == self.Status.PUBLISHED
            event.messages().withdraw()
            event.status, event.cancelled_because = self.Status.CANCELLED, because
            event.schedule_rev += 1
            event.save()
            told = tell(event, "meetups/cancelled", {"reason": because}) if was_public else 0
            told += let_talks_go(event, because)
        self.refresh_from_db()
        return told

    def move(
        self, day: dt.date | None = None, at: dt.time | None = None, zone: str = "", **place: Any
    ) -> int:
        """Change when or where (`venue`, `room`, `mode`); tell its people and remind them anew.

        Returns how many are told: nobody where nothing changed or nothing was announced. Raises
        Refused for a time that has passed: nobody could be told of it.
        """
        with self.locked() as event:
            if event.status == self.Status.CANCELLED:
                raise Refused(_g("This evening is cancelled; it cannot be moved."))
            old = copy(event)
            event.date, event.time = day or event.date, at or event.time
            event.zone = zone or event.zone
            for field, value in place.items():
                setattr(event, field, value)
            event.clean()
            event.registrations.follow_mode(event)
            event.save()
            event._must_not_fall_into_the_past(old)
            moved = event._when_and_where() != old._when_and_where()
            is_news = moved and event.status == self.Status.PUBLISHED
            told = event._tell_of_move(old) if is_news else 0
            if moved:
                told += sum(talk.follow_move(when_and_where(old)) for talk in talks_in(event))
            event.registrations.fill_seats(event)
        self.refresh_from_db()
        return told

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Its talks wait for another evening; whoever still believes in this one is told now."""
        with self.locked() as event:
            let_talks_go(event)
            for proposal in event.known_to.all():
                proposal.release()
            return super().delete(*args, **kwargs)

    def set_capacity(self, seats: int | None, mode: str = Mode.ONSITE) -> None:
        """Change the number of seats: new ones go to the queue at once, given ones stay given."""
        field = "online_capacity" if mode == self.Mode.ONLINE else "capacity"
        with self.locked() as event:
            if seats is not None and seats < event.taken(mode):
                sentence = _g(
                    "%(taken)d seats are already given: the limit cannot be lower than that."
                )
                raise Refused(sentence % {"taken": event.taken(mode)})
            setattr(event, field, seats)
            event.save(update_fields=[field])
            event.registrations.fill_seats(event)
        self.refresh_from_db()

    def reindex(self) -> None:
        """Gather the words the archive finds this evening by; call it when its talks change."""
        words = [self.title, self.tagline]
        for slot in self.slots.prefetch_related("talk__speakers"):
            talk = getattr(slot, "talk", None)
            words += [slot.title] if talk is None else talk.words()
        self.search_text = folded(" ".join(filter(None, words)))
        self.save(update_fields=["search_text"])

    def _must_not_fall_into_the_past(self, old: "Event") -> None:
        announced = self.status == self.Status.PUBLISHED and not old.is_over
        if announced and self.starts_at != old.starts_at and self.starts_at <= timezone.now():
            raise Refused(_g("That time has passed. Check the date, or cancel the evening."))

    def _when_and_where(self) -> tuple[dt.datetime, str, str]:
        return self.starts_at, self.place, self.mode

    def _tell_of_move(self, old: "Event") -> int:
        """Begin a new schedule: what was said of the old one is withdrawn, its people are told."""
        stale = Delivery.objects.about(old.about)
        stale.exclude(message_class=MessageClass.TRANSACTIONAL).withdraw()
        stale.filter(template="meetups/moved").withdraw()
        self.schedule_rev += 1
        if self.starts_at != old.starts_at:
            self.moved_from = old.starts_at
        self.save()
        return tell(self, "meetups/moved", when_and_where(old))
