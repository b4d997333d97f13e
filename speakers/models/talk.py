"""A talk and what remains of it."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Series, Slot
from meetups.text import free_slug, render_markdown
from outbox.models import Delivery
from speakers import telling
from speakers.models.consent import Consent, Visibility, narrowest
from speakers.models.speaker import Speaker

if TYPE_CHECKING:
    from speakers.models.proposal import Proposal

# Pages of their own under /talks/.
TAKEN_WORDS = frozenset({"code", "mine", "new"})

# Taken over from its proposal.
WORDS = ("title", "abstract", "language")

# What remains of a talk opens for whoever has its address.
SHOWN = frozenset({Visibility.PUBLIC, Visibility.LINK})
# What decides since when everybody finds its recording and its slides.
OPENED_BY = frozenset({"video_url", "slides_url", "has_slides", "visibility", "allowed_at"})


class TalkQuerySet(models.QuerySet["Talk"]):
    def announced(self) -> Self:
        """Talks with an agreed place in an evening that visitors may see."""
        return self.filter(slot__isnull=False, agreed_at__isnull=False).exclude(
            slot__event__status="draft"
        )

    def public(self) -> Self:
        """Those of them that may be shown to everybody."""
        return self.announced().filter(visibility=Visibility.PUBLIC)

    def open_by_link(self) -> Self:
        """Those whose page opens for whoever has its address."""
        return self.announced().filter(Q(visibility__in=SHOWN) | self._to_come())

    def open_to_attendees(self) -> Self:
        """Those whose page opens for the people of their evening."""
        return self.announced().filter(~Q(visibility=Visibility.NOWHERE) | self._to_come())

    def follow(self, speaker: Speaker) -> None:
        """Her profile changed: what was owed of it is done, the archive finds her by it."""
        for talk in self.filter(speakers=speaker).select_related("slot__event"):
            talk.follow_profiles()
            if talk.slot:
                talk.slot.event.reindex()

    def slides_by_link(self) -> Self:
        """Those whose published slides do so; slides are never shown more widely than allowed."""
        allowed = self.announced().filter(allowed_at__isnull=False, has_slides=True)
        return allowed.filter(visibility__in=SHOWN)

    def slides_to_attendees(self) -> Self:
        """Those whose published slides open for the people of their evening, once it began."""
        allowed = self.announced().filter(allowed_at__isnull=False, has_slides=True)
        begun = allowed.filter(slot__event__starts_at__lte=timezone.now())
        return begun.exclude(visibility=Visibility.NOWHERE)

    def opened_since(self, moment: datetime) -> Self:
        """Those whose recording or slides everybody with the address has found only since then."""
        kept = self.announced().filter(allowed_at__isnull=False, visibility__in=SHOWN)
        return kept.filter(Q(video_at__gt=moment) | Q(slides_at__gt=moment))

    def _to_come(self) -> Q:
        # What a speaker allows is about what remains; that she speaks is announced before.
        return Q(proposal__isnull=False, slot__event__ends_at__gt=timezone.now())


class Talk(models.Model):
    """A talk and what remains of it; its place is a slot of an evening's agenda."""

    Visibility = Visibility

    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(
        Series, models.PROTECT, related_name="talks", verbose_name=_("series")
    )
    # What it was accepted from; talks of the archive and those written in by hand have none.
    proposal = models.OneToOneField(
        "speakers.Proposal", models.SET_NULL, null=True, blank=True, related_name="talk",
        editable=False,
    )  # fmt: skip
    slot = models.OneToOneField(
        Slot, models.SET_NULL, null=True, blank=True, related_name="talk",
        verbose_name=_("place in an agenda"),
    )  # fmt: skip
    # The speaker said yes to this place; before that no public page shows it.
    agreed_at = models.DateTimeField(
        _("agreed"), null=True, blank=True, default=timezone.now, editable=False
    )
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
    # A version of the slides kept here is published (SlideDraft.publish).
    has_slides = models.BooleanField(default=False, editable=False)
    # Since when everybody with the address finds them; what a digest tells of is new (need 85).
    video_at = models.DateTimeField(null=True, blank=True, editable=False)
    slides_at = models.DateTimeField(null=True, blank=True, editable=False)
    summary = models.TextField(_("summary"), max_length=10_000, blank=True, help_text="Markdown")
    summary_html = models.TextField(editable=False, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    visibility = models.CharField(
        _("may be shown"), max_length=9, choices=Visibility, default=Visibility.PUBLIC
    )
    # Its speakers said where it may be shown; before that no page shows a recording or slides.
    allowed_at = models.DateTimeField(null=True, blank=True, default=timezone.now, editable=False)
    # What organizers narrowed it to; what speakers allow later never shows more than this.
    held_to = models.CharField(max_length=9, choices=Visibility, blank=True, editable=False)
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.abstract_html = render_markdown(self.abstract)
        self.summary_html = render_markdown(self.summary)
        fields = kwargs.get("update_fields")
        if fields is None or OPENED_BY & set(fields):
            self.video_at = self._open_since(self.video_at, self.video_url)
            self.slides_at = self._open_since(self.slides_at, self.slides_url or self.has_slides)
            if fields is not None:
                kwargs["update_fields"] = [*fields, "video_at", "slides_at"]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("speakers:talk", args=[self.slug])

    @property
    def public_url(self) -> str:
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}"

    @classmethod
    def of(cls, proposal: "Proposal") -> "Talk":
        """The talk that came of the proposal; made at its first acceptance, in the pool."""
        found = cls.objects.filter(proposal=proposal).first()
        if found:
            return found
        talk = cls.objects.create(
            series=proposal.call.series,
            proposal=proposal,
            slug=free_slug(proposal.title, slug_is_taken, "talk"),
            title=proposal.title,
            abstract=proposal.abstract,
            language=proposal.language,
            agreed_at=None,
            allowed_at=None,
        )
        talk.follow_speakers()
        return talk

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC

    @property
    def video_link(self) -> str:
        """Where everybody finds the recording, once its speakers have allowed it (need 108)."""
        return self.video_url if self._is_kept else ""

    @property
    def slides_link(self) -> str:
        """Where everybody finds the slides: elsewhere, or the published version kept here."""
        if not self._is_kept:
            return ""
        if self.slides_url or not self.has_slides or self.visibility not in SHOWN:
            return self.slides_url
        return reverse("speakers:talk_slides", args=[self.slug])

    @property
    def _is_kept(self) -> bool:
        # Until the evening is over the page is open to strangers, whatever its speakers allow.
        if self.allowed_at is None or self.visibility == Visibility.NOWHERE:
            return False
        return self.visibility in SHOWN or (self.slot is not None and self.slot.event.is_over)

    def _open_since(self, before: datetime | None, link: str | bool) -> datetime | None:
        """The first moment at which it was open to all; what is hidden and shown again is not new.

        What comes in together with its recording, an archive, has had it since its evening.
        """
        if not link:
            return None
        if before or self.allowed_at is None or self.visibility not in SHOWN:
            return before
        evening = self.slot.event if self.slot and self._state.adding else None
        return evening.ends_at if evening and evening.is_over else timezone.now()

    @property
    def is_shown(self) -> bool:
        """Whether the agenda names it: agreed, and public or still to come."""
        if self.slot is None or self.agreed_at is None:
            return False
        to_come = self.proposal_id is not None and not self.slot.event.is_over
        return self.is_public or to_come

    def words(self) -> list[str]:
        """What the archive finds an evening by: nothing of a talk that may not be shown."""
        if not self.is_public or self.agreed_at is None:
            return []
        return [self.title, self.abstract, self.summary, *(s.name for s in self.speakers.all())]

    def take(self, slot: Slot) -> None:
        """Stand in this place of an agenda; a yes that was given to another evening is void."""
        old = self.slot.event if self.slot else None
        if old and old.pk != slot.event_id:
            self.leave()
        self.slot = slot
        self.save(update_fields=["slot"])
        slot.event.reindex()

    def leave(self) -> None:
        """Free the place: the agenda shows it open, and what was to be prepared is off."""
        if self.slot is None:
            return
        event = self.slot.event
        self.slot, self.agreed_at = None, None
        self.save(update_fields=["slot", "agreed_at"])
        self.drop_duties(event)
        event.reindex()

    def vacate(self) -> None:
        """Its place is removed from the agenda: what came of a proposal goes back to the pool."""
        if self.proposal:
            self.proposal.take_off(note=_g("Its place in the agenda was removed."))
            self.refresh_from_db()

    def listeners(self, event: Event) -> int:
        """How many of its speakers hear of a change of this evening: none who never knew of it."""
        if self.proposal is None or self.proposal.told_event_id != event.pk:
            return 0
        return self.proposal.parts.reachable().count()

    def follow_move(self, before: dict[str, str]) -> int:
        """Its evening has another time or place; returns how many of its speakers are told."""
        if self.proposal is None:
            return 0
        if self.agreed_at:
            self.plan_duties()
        return telling.hear_of_move(self.proposal, before)

    def lose_evening(self, because: str) -> int:
        """Its evening does not take place; returns how many of its speakers are told."""
        return telling.lose_evening(self.proposal, because) if self.proposal else 0

    def plan_duties(self) -> None:
        """What its speakers have to do by when, counted back from the evening (needs 96–98)."""
        if self.slot and self.proposal:
            self.duties.plan(self, self.slot.event, self.proposal.call)
            self.follow_profiles()

    def follow_profiles(self) -> None:
        """The profile is no duty any more once nobody's lacks anything (need 96)."""
        speakers = self.speakers.all()
        if speakers and not any(speaker.lacks for speaker in speakers):
            self.duties.finish("profile")

    def drop_duties(self, event: Event) -> None:
        """Nothing is owed to that evening any more, and nobody is reminded of it."""
        self.duties.filter(done_at=None).delete()
        self.rehearsals.filter(starts_at__gt=timezone.now()).update(talk=None, booked_at=None)
        reminders = Delivery.objects.about(event.about)
        reminders.filter(key__startswith=f"duty:{self.pk}:").withdraw()

    def follow_words(self, before: dict[str, Any]) -> None:
        """Its proposal says something else now; where the talk has words of its own they stay."""
        names = [name for name in WORDS if name in before and getattr(self, name) == before[name]]
        for name in names:
            setattr(self, name, getattr(self.proposal, name))
        if names:
            self.save(update_fields=[*names, "abstract_html"])
            if self.slot:
                self.slot.event.reindex()

    def follow_speakers(self) -> None:
        """Take over who speaks, and what they allow, from the proposal."""
        if self.proposal is None:
            return
        parts = list(self.proposal.parts.speaking().select_related("speaker"))
        self.speakers.set([part.speaker for part in parts if part.speaker])
        wish = Consent.objects.wish(self.proposal)
        if wish:
            self.visibility = narrowest([wish[0], *filter(None, [self.held_to])])
            self.licence = wish[1]
            self.allowed_at = self.allowed_at or timezone.now()
            self.save(update_fields=["visibility", "licence", "allowed_at"])


def slug_is_taken(slug: str) -> bool:
    """Whether no further talk may have this short name."""
    return slug in TAKEN_WORDS or Talk.objects.filter(slug=slug).exists()
