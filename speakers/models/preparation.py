"""From a yes to the evening: what is to be done by when, slides and words on them (O12)."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
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
    """One version of a talk's slides, a PDF as it came; private until it is called final."""

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
