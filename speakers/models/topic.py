"""What people want to hear, and what they said of a talk (need 92, O27)."""

import re
from typing import Self

from django.db import models, transaction
from django.db.models import Case, Count, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Refused, Series
from people.models import Contact
from speakers.models.call import Call
from speakers.models.talk import Talk

# So many wishes of one person wait for an organizer's eye; with more she waits, too.
MOST_WISHES = 5
# An audience that a visitor wrote is offered to others once so many named it.
KNOWN_FROM = 3
LONGEST_SCOPE = 10_000
# What Markdown or a mail program would make something of; a wish stays the words it is.
_MARKS = re.compile(r"[\\`*_\[\]<>@]|&(?=#?\w+;)|://|(?<=\w)\.(?=[^\W\d_]{2})")
# What makes a heading, a quotation or a list of a line that begins with it.
_BEGINNING = re.compile(r"^(\d*)([#+=.)-])")


def plain_in_markdown(text: str) -> str:
    """The text with its signs taken literally: no emphasis, markup or link comes of it."""
    words = _MARKS.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))
    return _BEGINNING.sub(r"\1\\\2", words)


class TopicQuerySet(models.QuerySet["Topic"]):
    def shown(self) -> Self:
        """What visitors see: looked at by an organizer and not put aside."""
        return self.exclude(shown_at=None).exclude(state=Topic.State.CLOSED)

    def wanted(self) -> Self:
        """With `count` of their voices; open ones first, the most wanted first."""
        taken = Case(When(state=Topic.State.OPEN, then=0), default=1)
        return self.annotate(count=Count("voices")).order_by(taken, "-count", "created_at", "pk")

    def for_ballot(self, contact: Contact) -> Self:
        """What this person may give her voice to: what is open to all, and her own wishes."""
        hers = Q(wished_by=contact, shown_at=None)
        return self.filter(Q(shown_at__isnull=False) | hers, state=Topic.State.OPEN)

    def named(self, series: Series, title: str) -> "Topic | None":
        """The series' topic of this name, so that a wish counts beside its like."""
        known = self.filter(series=series, title__iexact=title)
        return known.order_by("created_at", "pk").first()

    def wish(self, series: Series, title: str, contact: Contact) -> "Topic":
        """The topic of this name, else a new one of hers that waits for an organizer's eye.

        Under her lock. Raises Refused where five of hers wait already.
        """
        if known := self.named(series, title):
            return known
        if self.filter(series=series, wished_by=contact, shown_at=None).count() >= MOST_WISHES:
            raise Refused(_g("Thank you, we look at your other wishes first."))
        return self.create(series=series, title=title, wished_by=contact)


class VoiceQuerySet(models.QuerySet["Voice"]):
    def of(self, series: Series) -> Self:
        """For the topics of this series."""
        return self.filter(topic__series=series)

    def audiences(self) -> list[str]:
        """Those that organizers wrote down, and those that several people named."""
        named = self.exclude(audience="").values("audience").order_by("audience")
        by_hand = Count("pk", filter=Q(source=Voice.Source.INTERVIEW))
        known = named.annotate(n=Count("pk"), by_hand=by_hand)
        known = known.filter(Q(by_hand__gt=0) | Q(n__gte=KNOWN_FROM))
        return list(known.values_list("audience", flat=True))

    def spelled(self, audience: str) -> str:
        """The audience as it is written already, else in these words."""
        words = " ".join(audience.split())
        known = self.filter(audience__iexact=words).order_by("at", "pk").first()
        return known.audience if known and words else words


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

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_shown(self) -> bool:
        return self.shown_at is not None and self.state != self.State.CLOSED

    def show(self) -> None:
        """Let everybody see it and vote for it."""
        self.shown_at, self.state = self.shown_at or timezone.now(), self.State.OPEN
        self.save(update_fields=["shown_at", "state"])

    def put_aside(self) -> None:
        """Not now: nobody sees it any more; its voices stay."""
        self.state = self.State.CLOSED
        self.save(update_fields=["state"])

    def become_scope(self, call: Call) -> None:
        """One more line of what the call looks for, once. Raises Refused where it has no room."""
        line = f"- {plain_in_markdown(self.title)}"
        with transaction.atomic():
            rows = Call.objects.select_for_update(of=("self",)).select_related("series")
            fresh = rows.get(pk=call.pk, series=self.series_id)
            if line not in fresh.scope.splitlines():
                gap = "\n" if _ends_in_list(fresh.scope) else "\n\n"
                fresh.scope = f"{fresh.scope.rstrip()}{gap}{line}".lstrip("\n")
                if len(fresh.scope) > LONGEST_SCOPE:
                    raise Refused(_g("The text of this call has no room for one more line."))
                fresh.save(update_fields=["scope", "scope_html"])
            self.state = self.State.TAKEN
            self.save(update_fields=["state"])


def _ends_in_list(text: str) -> bool:
    return text.rstrip().rpartition("\n")[2].startswith("- ")


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
    note = models.TextField(_("in their words"), max_length=5000, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = VoiceQuerySet.as_manager()

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
