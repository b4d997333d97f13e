"""Whom to ask, what people want to hear, and what they said of a talk (needs 89, 92, 93; O27)."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Series
from people import tokens
from people.models import Contact, validate_name
from speakers.models.talk import Talk

PURPOSE = "speakers.lead"


class LeadQuerySet(models.QuerySet["Lead"]):
    def for_token(self, token: str) -> Self:
        """The lead whose invitation carries this link."""
        return self.filter(token_hash=tokens.hash_of(token)).select_related("series", "topic")


class Lead(models.Model):
    """Somebody to be asked for a talk: from the first thought to the evening (need 93)."""

    class State(models.TextChoices):
        LEAD = "lead", _("to be asked")
        CONTACTED = "contacted", _("contacted")
        AGREED = "agreed", _("agreed")
        SPOKE = "spoke", _("spoke")
        DECLINED = "declined", _("said no")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="leads", verbose_name=_("series")
    )
    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    email = models.EmailField(_("e-mail"), blank=True)
    where_from = models.CharField(
        _("where from"), max_length=200, blank=True,
        help_text=_("A friend, a colleague, another event, a talk seen online."),
    )  # fmt: skip
    about = models.CharField(_("could speak about"), max_length=300, blank=True)
    topic = models.ForeignKey(
        "speakers.Topic", models.SET_NULL, null=True, blank=True, related_name="leads",
        verbose_name=_("topic"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.LEAD)
    last_contact = models.DateField(_("last contact"), null=True, blank=True)
    notes = models.TextField(_("notes"), max_length=5000, blank=True)
    seed = models.CharField(max_length=32, default=tokens.new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("person to ask")
        verbose_name_plural = _("people to ask")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "email"],
                condition=~Q(email=""),
                name="lead_once_per_series",
                violation_error_message=_("This person is on the list already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.token_hash = self.token_hash or tokens.hash_of(tokens.token_from(PURPOSE, self.seed))
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        """The personal invitation: the form of the series, with her name on it."""
        return reverse("speakers:invitation", args=[self.token])

    @property
    def token(self) -> str:
        return tokens.token_for(PURPOSE, self.seed, self.token_hash)


class Topic(models.Model):
    """Something people want to hear about, or a need that they have (O27)."""

    class State(models.TextChoices):
        OPEN = "open", _("open for votes")
        TAKEN = "taken", _("taken up")
        CLOSED = "closed", _("not now")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="topics", verbose_name=_("series")
    )
    title = models.CharField(_("topic"), max_length=200)
    text = models.TextField(_("more about it"), max_length=5000, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    # Wishes of visitors wait for an organizer's eye before others see them.
    shown_at = models.DateTimeField(_("shown to all"), null=True, blank=True)
    wished_by = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Voice(models.Model):
    """One person's need for one topic: a vote, or what she said in an interview (need 92)."""

    class Source(models.TextChoices):
        VOTE = "vote", _("vote")
        INTERVIEW = "interview", _("interview")
        FEEDBACK = "feedback", _("feedback")

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="voices", verbose_name=_("topic"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="topic_voices",
        verbose_name=_("person"),
    )  # fmt: skip
    audience = models.CharField(
        _("audience"), max_length=60, blank=True, help_text=_("Like: beginners, data, managers.")
    )
    source = models.CharField(_("from"), max_length=9, choices=Source, default=Source.INTERVIEW)
    note = models.TextField(_("in her words"), max_length=5000, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "contact"],
                condition=Q(contact__isnull=False),
                name="voice_once_per_person",
                violation_error_message=_("This person's voice counts already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.audience or self.get_source_display()}"


class Remark(models.Model):
    """What somebody of the audience tells the speaker of a talk; nobody else reads it."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="remarks")
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    liked = models.TextField(_("what was good"), max_length=2000, blank=True)
    wished = models.TextField(_("what could be better"), max_length=2000, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["talk", "contact"],
                condition=Q(contact__isnull=False),
                name="remark_once_per_person",
            )
        ]

    def __str__(self) -> str:
        return (self.liked or self.wished)[:80]
