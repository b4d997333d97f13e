"""Whom to ask for a talk, and how far that has come (needs 89, 93)."""

import datetime as dt
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models import Event, Refused, Series
from outbox.models import Delivery, Suppression
from outbox.states import MessageClass
from people import tokens
from people.models import Contact, User, validate_name
from speakers.models.part import Part
from speakers.states import State as ProposalState

PURPOSE = "speakers.lead"
LETTER = "speakers/personal_invitation"
LONGEST_NOTES = 5000


class LeadQuerySet(models.QuerySet["Lead"]):
    def for_token(self, token: str) -> Self:
        """The lead whose invitation carries this link."""
        return self.filter(token_hash=tokens.hash_of(token)).select_related("series", "topic")

    def note_speakers(self) -> int:
        """Move those whose confirmed talk took place to "spoke"; returns how many."""
        evening = "proposal__talk__slot__event"
        given = Part.objects.speaking().filter(
            proposal__state=ProposalState.CONFIRMED,
            proposal__call__series=OuterRef("series"),
            **{
                f"{evening}__status": Event.Status.PUBLISHED,
                f"{evening}__ends_at__lte": timezone.now(),
                # Asked after her last talk, she is asked for the next one.
                f"{evening}__ends_at__gt": OuterRef("created_at"),
            },
        )
        at_address = Contact.objects.alias(key=Lower("email")).filter(
            key=Lower(OuterRef(OuterRef("email")))
        )
        by_link = Exists(given.filter(is_author=True, proposal__lead=OuterRef("pk")))
        by_address = Exists(given.filter(contact__in=at_address))
        waiting = self.exclude(state=Lead.State.SPOKE)
        return waiting.filter(by_link | by_address).update(state=Lead.State.SPOKE)


class Lead(models.Model):
    """Somebody to be asked for a talk: from the first thought to the evening (need 93)."""

    class State(models.TextChoices):
        LEAD = "lead", _("to be asked")
        CONTACTED = "contacted", _("contacted")
        AGREED = "agreed", _("agreed")
        SPOKE = "spoke", _("spoke")
        DECLINED = "declined", _("said no")

    # She moves along these by what happens; only an organizer's own hand moves her back.
    FORWARD = [State.DECLINED, State.LEAD, State.CONTACTED, State.AGREED, State.SPOKE]

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
    notes = models.TextField(_("notes"), max_length=LONGEST_NOTES, blank=True)
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

    @property
    def today(self) -> dt.date:
        """The day by the clocks of the series."""
        return timezone.localdate(timezone=ZoneInfo(self.series.time_zone))

    # Verbs

    def invite(self, words: str = "", by: User | None = None) -> None:
        """Write to her once, with the link to the form. Raises Refused where it is not to be."""
        with transaction.atomic():
            fresh = self._locked()
            fresh._must_be_new_to_us()
            Delivery.objects.post(
                None,
                LETTER,
                fresh.facts(words, by),
                key=f"lead:{self.pk}:invited",
                message_class=MessageClass.TRANSACTIONAL,
                realm=fresh.series.realm,
                about=f"lead:{self.pk}",
                address=fresh.email,
                language=fresh.series.language,
            )
            fresh.invited_at = timezone.now()
            fresh._reach(self.State.CONTACTED)
        self.refresh_from_db()

    def note_contact(self, on: dt.date, note: str = "") -> None:
        """They talked on this day. Raises Refused for a day to come or notes without end."""
        with transaction.atomic():
            fresh = self._locked()
            if on > fresh.today:
                raise Refused(_g("This day is still to come."))
            fresh._add_note(on, note)
            fresh._reach(self.State.CONTACTED, on)
        self.refresh_from_db()

    def say_no(self, note: str = "") -> None:
        """She does not want to, or not now; nobody asks her again by mistake."""
        with transaction.atomic():
            fresh = self._locked()
            fresh._add_note(fresh.today, note)
            fresh.state, fresh.last_contact = self.State.DECLINED, fresh.today
            fresh.save(update_fields=["state", "last_contact", "notes"])
        self.refresh_from_db()

    def facts(self, words: str = "", by: User | None = None) -> dict[str, Any]:
        """What her invitation says, as plain values that keep."""
        return notices.sender(self.series) | {
            "name": self.name,
            "about": self.about,
            "words": _paragraphs(words),
            "by": by.name if by else "",
            "lead": {"seed": self.seed, "hash": self.token_hash},
        }

    def _locked(self) -> "Lead":
        rows = Lead.objects.select_for_update(of=("self",)).select_related("series")
        return rows.get(pk=self.pk)

    def _must_be_new_to_us(self) -> None:
        """Refused unless this is the first letter to her, and she may be written to."""
        if not self.email:
            raise Refused(_g("We do not know her address. Add it first, or pass the link on."))
        if self.state not in {self.State.LEAD, self.State.CONTACTED}:
            raise Refused(_g("She has answered already."))
        # Also where she was taken from the list and put there anew.
        before = Delivery.objects.filter(realm=self.series.realm, template=LETTER)
        if self.invited_at or before.filter(address__iexact=self.email).exists():
            raise Refused(_g("She was invited already, and the letter said: only once."))
        if Suppression.objects.covering(self.email).exists():
            raise Refused(_g("Mail to this address is blocked. Pass the link on by other means."))

    def _reach(self, state: str, on: dt.date | None = None) -> None:
        """At least this far, last in contact at least on this day. Under the lock."""
        order = self.FORWARD.index
        self.state = max(self.State(self.state), self.State(state), key=order)
        days = filter(None, [self.last_contact, on or self.today])
        self.last_contact = max(days)
        self.save(update_fields=["state", "last_contact", "invited_at", "notes"])

    def _add_note(self, on: dt.date, note: str) -> None:
        if note:
            line = f"{date_format(on, 'j M Y')}: {note}"
            self.notes = f"{self.notes.rstrip()}\n{line}".lstrip("\n")
        if len(self.notes) > LONGEST_NOTES:
            raise Refused(_g("The notes are full. Shorten them first."))


def _paragraphs(text: str) -> str:
    """Somebody's words as paragraphs of a letter, none of which looks like its end or its facts."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return "\n".join("–" if set(line) == {"-"} else line for line in lines).strip("\n")
