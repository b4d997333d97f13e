"""The door: links for helpers that end by themselves, and every scan as its device told it."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from people.models import User
from registrations.models.registration import Registration
from registrations.tokens import door_token_for, door_token_from, hash_of, new_seed

# A helper's phone may send what it kept without network for so long after the end.
AFTER_THE_END = timedelta(hours=2)


class DoorKeyQuerySet(models.QuerySet["DoorKey"]):
    def make(self, event: Event, kind: str, name: str = "", by: User | None = None) -> "DoorKey":
        """A new link for this evening; it ends two hours after the evening does."""
        key = self.model(event=event, kind=kind, name=name, made_by=by)
        key.token_hash = hash_of(door_token_from(key.seed))
        key.save()
        return key

    def for_token(self, token: str, kind: str) -> Self:
        """The one key that this secret link is, whether or not it has ended."""
        keys = self.filter(token_hash=hash_of(token), kind=kind)
        return keys.select_related("event__series", "event__venue", "event__room")


class DoorKey(models.Model):
    """A link that opens one page about one evening, without an account, until it ends."""

    class Kind(models.TextChoices):
        DOOR = "door", _("check-in by a helper")
        LIST = "list", _("names for the building's security")
        WALL = "wall", _("check-in by oneself, from the code on the wall")
        CIRCLES = "circles", _("circles on the screen")

    event = models.ForeignKey(Event, models.CASCADE, related_name="door_keys")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.DOOR)
    name = models.CharField(_("for whom"), max_length=100, blank=True)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    objects = DoorKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for helpers")
        verbose_name_plural = _("links for helpers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()

    def get_absolute_url(self) -> str:
        """Where it leads; known to whoever was given it."""
        return reverse(f"registrations:{self.kind}", args=[self.token])

    @property
    def public_url(self) -> str:
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}"

    @property
    def token(self) -> str:
        return door_token_for(self.seed, self.token_hash)

    @property
    def ends_at(self) -> datetime:
        return self.ended_at or self.event.ends_at + AFTER_THE_END

    @property
    def is_open(self) -> bool:
        return not self.event.is_cancelled and timezone.now() < self.ends_at

    def end(self) -> None:
        """Close the link at once, for all phones that hold it."""
        self.ended_at = self.ended_at or timezone.now()
        self.save(update_fields=["ended_at"])


# Walk-ins of whom we have no address.
NAMELESS = Q(kind="walk_in", result="admitted", registration=None)


class ScanQuerySet(models.QuerySet["Scan"]):
    def nameless(self) -> Self:
        """Walk-ins of whom we have no address: they are counted as come, and nothing else."""
        return self.filter(NAMELESS)

    def to_look_at(self) -> Self:
        """Refused or let in twice, and nobody has had a look yet; slips of typing are kept, too,
        but nobody needs to look at them.
        """
        odd = [Scan.Result.ALREADY, Scan.Result.REFUSED]
        unseen = self.filter(result__in=odd, seen_at=None).exclude(kind=Scan.Kind.UNDO)
        return unseen.exclude(reason=Scan.MISTYPED)


class Scan(models.Model):
    """One thing a phone at the door did, as it told it; who came is derived (T36–T40)."""

    class Kind(models.TextChoices):
        CODE = "code", _("code")
        NAME = "name", _("found by name")
        WALK_IN = "walk_in", _("walk-in")
        SELF = "self", _("by herself")
        UNDO = "undo", _("taken back")

    class Result(models.TextChoices):
        ADMITTED = "admitted", _("let in")
        ALREADY = "already", _("was already in")
        REFUSED = "refused", _("refused")
        UNDONE = "undone", _("taken back")

    MISTYPED = "mistyped"

    # Made by the device: the same scan sent twice is one row.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="scans")
    key = models.ForeignKey(DoorKey, models.SET_NULL, null=True, related_name="scans")
    registration = models.ForeignKey(Registration, models.SET_NULL, null=True, related_name="scans")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    result = models.CharField(_("result"), max_length=8, choices=Result)
    # Why it was refused, or what is odd about it: a word of `registrations.door`.
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    # Of a code that is nobody's, or a walk-in's name as it was typed.
    told = models.CharField(_("as told"), max_length=200, blank=True)
    device = models.CharField(_("phone"), max_length=40, blank=True)
    was_offline = models.BooleanField(_("kept without network"), default=False)
    # The phone's clock may be wrong by hours; what counts is when we received it (T39).
    scanned_at = models.DateTimeField(_("by the phone's clock"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    seen_at = models.DateTimeField(_("looked at"), null=True, blank=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering = ["received_at", "pk"]
        indexes = [models.Index(fields=["event", "received_at"], name="scan_by_event")]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(result="admitted"), name="scan_admits_once"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["admitted", "already", "refused", "undone"]),
                name="scan_result_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_result_display()}"

    @property
    def where(self) -> str:
        """At which door: as the link for helpers is called, else the phone's own mark."""
        return (self.key.name if self.key else "") or self.device

    def refuse(self, reason: str) -> None:
        """Nobody is let in by it; the reason is a word of `registrations.door`."""
        self.result, self.reason = self.Result.REFUSED, reason
