"""From a yes to the evening: what is to be done by when, drafts of slides, rehearsals (O12)."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Refused
from meetups.templatetags.times import when
from meetups.walltime import instant
from people.models import User
from speakers import preparing, reminding
from speakers.models.drafts import FOLDER, SlideDraftQuerySet
from speakers.models.talk import Talk

if TYPE_CHECKING:
    from speakers.models.call import Call
    from speakers.models.part import Part


class DutyQuerySet(models.QuerySet["Duty"]):
    def plan(self, talk: Talk, event: Event, call: "Call") -> None:
        """Write what is to be done for this evening; what was done before stays done."""
        for kind in Duty.Kind.values:
            due_on = event.date - dt.timedelta(days=getattr(call, f"{kind}_days"))
            defaults = {"due_on": due_on, "reminded_at": None}
            self.update_or_create(talk=talk, kind=kind, defaults=defaults)
        if talk.drafts.ready().exists():
            talk.duties.finish(Duty.Kind.SLIDES)

    def open(self) -> Self:
        return self.filter(done_at=None)

    def finish(self, kind: str) -> int:
        """It is done: nobody is reminded of it. Returns how many were open."""
        talks = list(self.open().filter(kind=kind).values_list("talk", flat=True))
        done = self.open().filter(kind=kind).update(done_at=timezone.now())
        for talk in talks:
            reminding.call_off(talk, kind)
        return done

    def waiting(self) -> Self:
        """Of agreed talks, still to be done, and nobody was reminded of it."""
        return self.open().filter(reminded_at=None).exclude(talk__agreed_at=None)

    def remind_due(self) -> int:
        """Write the reminders that are due; any number of planners, twice is harmless."""
        now = timezone.now()
        evening = "talk__slot__event"
        to_come = {f"{evening}__status": "published", f"{evening}__starts_at__gt": now}
        # A day ahead: there are clocks fourteen hours before ours.
        soon = self.waiting().filter(due_on__lte=(now + dt.timedelta(days=1)).date(), **to_come)
        rows = soon.select_related(evening)
        return sum(duty.remind() for duty in rows if duty.is_due)


class Duty(models.Model):
    """One thing a speaker has to do before her evening, with its own day (need 96)."""

    class Kind(models.TextChoices):
        PROFILE = "profile", _("profile: photo and a few words")
        SLIDES = "slides", _("draft of the slides")
        REHEARSAL = "rehearsal", _("rehearsal")
        ARRIVAL = "arrival", _("how to arrive")

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="duties")
    kind = models.CharField(_("what"), max_length=9, choices=Kind)
    due_on = models.DateField(_("by"))
    # Reminded of for this day already; a duty is reminded of once.
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("to do")
        verbose_name_plural = _("to do before the evening")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(reminded_at=None, done_at=None),
                name="duty_to_remind_of",
            )
        ]
        constraints = [models.UniqueConstraint(fields=["talk", "kind"], name="duty_once_per_talk")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_due(self) -> bool:
        slot = self.talk.slot
        return slot is not None and reminding.due_at(self, slot.event) <= timezone.now()

    def remind(self) -> int:
        """Write to those who have it still to do, once; returns to how many."""
        slot = self.talk.slot
        if slot is None:
            return 0
        with slot.event.locked() as event:
            rows = Duty.objects.waiting().filter(talk__slot__event=event)
            rows = rows.select_related("talk__slot__event", "talk__proposal__call__series")
            fresh = rows.select_for_update(of=("self",)).filter(pk=self.pk).first()
            return reminding.remind(fresh, event) if fresh and event.is_open and fresh.is_due else 0


def draft_path(draft: "SlideDraft", name: str) -> str:
    return f"{FOLDER}/{uuid.uuid4().hex}.pdf"


class SlideDraft(models.Model):
    """One version of a talk's slides, a PDF as it came; private until an organizer publishes it."""

    class State(models.TextChoices):
        PENDING = "pending", _("being stored")
        READY = "ready", _("stored")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="drafts")
    part = models.ForeignKey(
        "speakers.Part", models.SET_NULL, null=True, blank=True, related_name="drafts",
        verbose_name=_("from"),
    )  # fmt: skip
    version = models.PositiveSmallIntegerField(_("version"))
    file = models.FileField(_("file"), upload_to=draft_path, max_length=200)
    size = models.PositiveIntegerField(_("bytes"))
    # Row first, file second, ready last: a crash leaves nothing that looks whole (§4.6).
    state = models.CharField(max_length=7, choices=State, default=State.PENDING, editable=False)
    # Shown with the talk, as far as the talk may be shown.
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    objects = SlideDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of slides")
        verbose_name_plural = _("drafts of slides")
        ordering = ["talk", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["talk", "version"], name="draft_version_once"),
            models.UniqueConstraint(
                fields=["talk"],
                condition=Q(published_at__isnull=False),
                name="draft_published_once",
            ),
        ]

    def __str__(self) -> str:
        return _g("version %(n)d") % {"n": self.version}

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def publish(self) -> None:
        """Show this version with the talk, instead of any other, as far as the talk is shown."""
        with transaction.atomic():
            talk = self._hide_all()
            found = talk.drafts.ready().filter(pk=self.pk).update(published_at=timezone.now())
            talk.has_slides = bool(found)
            talk.save(update_fields=["has_slides"])
        self.refresh_from_db()

    def hide(self) -> None:
        """Show no version with the talk any more."""
        with transaction.atomic():
            talk = self._hide_all()
            talk.has_slides = False
            talk.save(update_fields=["has_slides"])
        self.refresh_from_db()

    def remove(self) -> None:
        """The file first, then its row: what is left half done is found and removed again."""
        if self.is_published:
            self.hide()
        self.file.delete(save=False)
        SlideDraft.objects.filter(pk=self.pk).delete()

    def _hide_all(self) -> Talk:
        talk = Talk.objects.select_for_update(no_key=True).get(pk=self.talk_id)
        talk.drafts.exclude(published_at=None).update(published_at=None)
        return talk


class CommentQuerySet(models.QuerySet["Comment"]):
    def in_order(self) -> Self:
        """As they are read, with the version and the speaker of each."""
        return self.select_related("draft", "part__speaker")

    def write(
        self,
        talk: Talk,
        text: str,
        draft: SlideDraft | None = None,
        *,
        user: User | None = None,
        part: "Part | None" = None,
    ) -> "Comment":
        """Say it on the talk's slides; the other side is told, at most once an hour."""
        with transaction.atomic():
            comment = self.create(talk=talk, draft=draft, user=user, part=part, text=text)
            preparing.commented(comment)
        return comment


class Comment(models.Model):
    """A word on a draft, from an organizer or from a speaker of the talk (need 97)."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="comments")
    draft = models.ForeignKey(
        SlideDraft, models.SET_NULL, null=True, blank=True, related_name="comments",
        verbose_name=_("version"),
    )  # fmt: skip
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organizer")
    )
    part = models.ForeignKey(
        "speakers.Part", models.SET_NULL, null=True, blank=True, related_name="comments",
        verbose_name=_("speaker"),
    )  # fmt: skip
    text = models.TextField(_("comment"), max_length=5000)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


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
        help_text=_("Pace, emphasis, tone. She reads them on her page."),
    )  # fmt: skip

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return f"{self.event}: {self.date} {self.time:%H:%M}"

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
