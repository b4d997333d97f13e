"""Who speaks, and the talks they gave."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Series, Slot
from meetups.text import render_markdown
from people.models import Contact


class Speaker(models.Model):
    """Somebody who speaks: kept once, by herself or by the organizers."""

    series = models.ManyToManyField(Series, related_name="speakers", verbose_name=_("series"))
    contact = models.OneToOneField(
        Contact, models.SET_NULL, null=True, blank=True, related_name="speaker",
        verbose_name=_("person"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=200)
    bio = models.TextField(_("about"), max_length=5000, blank=True, help_text="Markdown")
    bio_html = models.TextField(editable=False, blank=True)
    photo = models.ImageField(_("photo"), upload_to="speakers/", blank=True)
    website = models.URLField(_("website"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.bio_html = render_markdown(self.bio)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def initials(self) -> str:
        """Up to two letters for the place of a photo."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class TalkQuerySet(models.QuerySet["Talk"]):
    def announced(self) -> Self:
        """Talks with a place in an evening that visitors may see."""
        return self.filter(slot__isnull=False).exclude(slot__event__status="draft")

    def public(self) -> Self:
        """Those of them that may be shown to everybody."""
        return self.announced().filter(visibility=Talk.Visibility.PUBLIC)

    def open_by_link(self) -> Self:
        """Those whose page opens for whoever has its address."""
        shown = [Talk.Visibility.PUBLIC, Talk.Visibility.LINK]
        return self.announced().filter(visibility__in=shown)


class Talk(models.Model):
    """A talk and what remains of it; its place is a slot of an evening's agenda."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        LINK = "link", _("by link only")
        ATTENDEES = "attendees", _("for those who came")
        NOWHERE = "nowhere", _("nowhere")

    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(
        Series, models.PROTECT, related_name="talks", verbose_name=_("series")
    )
    slot = models.OneToOneField(
        Slot, models.SET_NULL, null=True, blank=True, related_name="talk",
        verbose_name=_("place in an agenda"),
    )  # fmt: skip
    slug = models.SlugField(_("short name in links"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=300)
    abstract = models.TextField(
        _("what it is about"), max_length=20_000, blank=True, help_text="Markdown"
    )
    abstract_html = models.TextField(editable=False, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    speakers = models.ManyToManyField(
        Speaker, related_name="talks", blank=True, verbose_name=_("speakers")
    )
    video_url = models.URLField(_("video"), max_length=500, blank=True)
    slides_url = models.URLField(_("slides"), max_length=500, blank=True)
    summary = models.TextField(_("summary"), max_length=10_000, blank=True, help_text="Markdown")
    summary_html = models.TextField(editable=False, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    visibility = models.CharField(
        _("may be shown"), max_length=9, choices=Visibility, default=Visibility.PUBLIC
    )
    source = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        ordering = ["slot__event", "slot__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "source"],
                condition=~models.Q(source=""),
                name="talk_imported_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.abstract_html = render_markdown(self.abstract)
        self.summary_html = render_markdown(self.summary)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("speakers:talk", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return self.visibility == self.Visibility.PUBLIC

    def words(self) -> list[str]:
        """What the archive finds an evening by: nothing of a talk that may not be shown."""
        if not self.is_public:
            return []
        return [self.title, self.abstract, self.summary, *(s.name for s in self.speakers.all())]
