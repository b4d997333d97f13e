"""Who speaks in a proposal: its author and those she invited."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Refused
from outbox.models import Delivery
from people import tokens
from people.models import Contact
from speakers import notices
from speakers.models.speaker import Speaker
from speakers.states import State

if TYPE_CHECKING:
    from speakers.models.proposal import Proposal

PURPOSE = "speakers.part"
# Besides the author; each is written to on a stranger's word (lesson 21).
MOST_CO_SPEAKERS = 3


class PartQuerySet(models.QuerySet["Part"]):
    def for_token(self, token: str) -> Self:
        """The part whose mails carry this link."""
        return self.filter(token_hash=tokens.hash_of(token)).select_related(
            "contact", "speaker", "proposal__call__series", "proposal__format"
        )

    def speaking(self) -> Self:
        """Those who said yes."""
        return self.exclude(accepted_at=None)

    def reachable(self) -> Self:
        """Those who said yes and can be written to."""
        return self.speaking().exclude(contact=None)

    def invited(self) -> Self:
        """Those who were asked and have not answered."""
        return self.filter(accepted_at=None, declined_at=None)

    def invite(self, proposal: "Proposal", address: str) -> "Part":
        """Ask somebody to speak along, in one letter; whoever was asked before gets no second one.

        Raises Refused where three are asked already, ValidationError where it is no address.
        """
        with proposal.locked() as fresh:
            if fresh.state == State.WITHDRAWN:
                raise Refused(_g("This proposal was taken back."))
            contact = Contact.objects.for_email(address, language=fresh.call.series.language)
            parts = self.filter(proposal=fresh)
            known = parts.filter(contact=contact).first()
            if known:
                return known
            if parts.filter(is_author=False, declined_at=None).count() >= MOST_CO_SPEAKERS:
                raise Refused(_g("Three people besides you are enough for one talk."))
            part = self.create(proposal=fresh, contact=contact)
            notices.invite(fresh, part)
            return part


class Part(models.Model):
    """One person's part in a proposal; her link opens it without an account."""

    proposal = models.ForeignKey("speakers.Proposal", models.CASCADE, related_name="parts")
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="talk_parts",
        verbose_name=_("person"),
    )  # fmt: skip
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="parts",
        verbose_name=_("speaker"),
    )  # fmt: skip
    is_author = models.BooleanField(default=False, editable=False)
    seed = models.CharField(max_length=32, default=tokens.new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    accepted_at = models.DateTimeField(_("said yes"), null=True, blank=True)
    # Kept, so that nobody is asked again who does not want to.
    declined_at = models.DateTimeField(_("said no"), null=True, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ["-is_author", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "contact"],
                name="part_once_per_person",
                violation_error_message=_("This person speaks in it already."),
            ),
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(is_author=True), name="part_one_author"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(speaker__isnull=False),
                name="part_accepted_has_speaker",
            ),
        ]

    def __str__(self) -> str:
        return str(self.speaker or self.contact)

    def save(self, *args: object, **kwargs: object) -> None:
        self.token_hash = self.token_hash or tokens.hash_of(tokens.token_from(PURPOSE, self.seed))
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        """Her page of the proposal; known to her alone, from her mails."""
        return reverse("speakers:proposal", args=[self.token])

    @property
    def token(self) -> str:
        return tokens.token_for(PURPOSE, self.seed, self.token_hash)

    @property
    def link(self) -> dict[str, str]:
        """What a message needs to make the link when it is sent (templatetags/talk_links)."""
        return {"seed": self.seed, "hash": self.token_hash}

    def facts(self) -> dict[str, Any]:
        """What a message says to this person in particular."""
        name = self.speaker.name if self.speaker else self.contact.name if self.contact else ""
        return {"name": name, "part": self.link}

    def take_profile(self) -> Speaker:
        """Her one profile, to be changed by her: what an organizer wrote down becomes hers."""
        with self.proposal.locked() as proposal:
            fresh = self._held()
            if fresh.speaker is None or fresh.contact is None:
                raise Refused(_g("There is no profile yet. Say yes to the invitation first."))
            if fresh.speaker.contact_id is None:
                fresh._make_hers(fresh.speaker, fresh.contact)
                if hasattr(proposal, "talk"):
                    proposal.talk.follow_speakers()
        self.refresh_from_db()
        return fresh.speaker

    def _make_hers(self, speaker: Speaker, contact: Contact) -> None:
        own = Speaker.objects.of(contact).first()
        if own is None:
            speaker.contact = contact
            speaker.save(update_fields=["contact"])
            return
        own.series.add(self.proposal.call.series)
        self.speaker = own
        self.save(update_fields=["speaker"])

    # Verbs of the one who is invited, and of her who invited

    def accept(self, name: str = "") -> bool:
        """Yes, she speaks along; her one profile gets this name if we have none.

        Returns whether that was new. Raises Refused where the invitation or the proposal is gone.
        """
        with self.proposal.locked() as proposal:
            fresh = self._held()
            if fresh.accepted_at:
                return False
            if fresh.contact is None or proposal.state == State.WITHDRAWN:
                raise Refused(_g("This proposal was taken back. There is nothing to answer."))
            fresh.speaker = fresh._profile(fresh.contact, name)
            fresh.accepted_at, fresh.declined_at = timezone.now(), None
            fresh.save(update_fields=["speaker", "accepted_at", "declined_at"])
            if hasattr(proposal, "talk"):
                proposal.talk.follow_speakers()
            if event := proposal.event:
                event.reindex()
        self.refresh_from_db()
        return True

    def decline(self) -> None:
        """No; nobody asks her again. Raises Refused where she said yes already."""
        with self.proposal.locked():
            fresh = self._held()
            if fresh.accepted_at:
                raise Refused(_g("You said yes already. Please write to the organizers."))
            fresh.declined_at = fresh.declined_at or timezone.now()
            fresh.save(update_fields=["declined_at"])
        self.refresh_from_db()

    def take_back(self) -> bool:
        """Invite her no more: her link opens nothing. False where she has answered already."""
        with self.proposal.locked():
            waiting = Part.objects.invited().filter(pk=self.pk, is_author=False)
            gone = waiting.select_for_update().first()
            if gone:
                Delivery.objects.filter(key=notices.invitation_key(gone)).withdraw()
                gone.delete()
        return gone is not None

    def _held(self) -> "Part":
        rows = Part.objects.select_for_update(of=("self",)).select_related("contact", "speaker")
        fresh = rows.filter(pk=self.pk).first()
        if fresh is None:
            raise Refused(_g("This invitation was taken back. There is nothing to answer."))
        return fresh

    def _profile(self, contact: Contact, name: str) -> Speaker:
        if not contact.name and name:
            contact.name = name
            contact.save(update_fields=["name"])
        name = contact.name or name or contact.email.partition("@")[0]
        return Speaker.objects.for_contact(contact, name, self.proposal.call.series)
