"""What a speaker allows to be shown of her talk, as evidence (need 108)."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from speakers.models.proposal import Proposal

# Kept with every consent to show what was agreed to. Change it with the text of the form.
TEXT_VERSION = "2026-11"
# What an organizer was told by word and wrote down for her.
BY_WORD = "by word"
# Offered to choose from; empty: nothing was said, so nothing but what the law allows.
LICENCES = (
    ("", _("All rights stay with me")),
    ("CC BY 4.0", _("Others may use it if they name me (CC BY 4.0)")),
    ("CC BY-SA 4.0", _("Others may use it if they name me and share alike (CC BY-SA 4.0)")),
    ("CC0 1.0", _("Others may use it freely, also without naming me (CC0)")),
    ("CC BY-NC 4.0", _("Others may use it without earning money, naming me (CC BY-NC 4.0)")),
)


class Visibility(models.TextChoices):
    """Where a talk may be shown once it was given, the widest first."""

    PUBLIC = "public", _("public")
    LINK = "link", _("by link only")
    ATTENDEES = "attendees", _("for those who came")
    NOWHERE = "nowhere", _("nowhere")


def narrowest(wishes: list[str]) -> str:
    """Of several speakers' wishes the one that shows least; public where nobody said anything."""
    order = Visibility.values
    return max(wishes, key=order.index, default=Visibility.PUBLIC.value)


class ConsentQuerySet(models.QuerySet["Consent"]):
    def wish(self, proposal: "Proposal") -> tuple[str, str] | None:
        """Where and under which licence it may be shown: the narrowest of its speakers' wishes.

        None where nobody has said anything.
        """
        latest: dict[int, Consent] = {}
        for consent in self.filter(part__proposal=proposal, part__accepted_at__isnull=False):
            latest[consent.part_id] = consent
        if not latest:
            return None
        licences = {consent.licence for consent in latest.values()}
        shown = narrowest([consent.visibility for consent in latest.values()])
        return shown, licences.pop() if len(licences) == 1 else ""


class Consent(models.Model):
    """One answer of one speaker; a later one takes its place, none is ever changed."""

    part = models.ForeignKey("speakers.Part", models.CASCADE, related_name="consents")
    visibility = models.CharField(_("may be shown"), max_length=9, choices=Visibility)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    text_version = models.CharField(_("version of the text"), max_length=40)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at", "pk"]

    def __str__(self) -> str:
        return f"{self.part}: {self.get_visibility_display()}"
