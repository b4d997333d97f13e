"""Who speaks in a proposal: its author and those she invited."""

from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people import tokens
from people.models import Contact
from speakers.models.speaker import Speaker

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
