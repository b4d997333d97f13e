"""Slides of a talk while it is prepared: their versions, and words on them (need 97)."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from people.models import User
from speakers import preparing
from speakers.models.drafts import FOLDER, SlideDraftQuerySet
from speakers.models.talk import Talk

if TYPE_CHECKING:
    from speakers.models.part import Part


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
