"""What happened to a proposal, line by line; nothing here is ever changed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from people.models import User
from speakers.states import State


class Step(models.Model):
    """One move of a proposal: its state and place after it, and who made it (O8)."""

    proposal = models.ForeignKey("speakers.Proposal", models.CASCADE, related_name="steps")
    at = models.DateTimeField(_("when"), default=timezone.now)
    # None: the speaker herself, or the clock.
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    state = models.CharField(_("state"), max_length=9, choices=State)
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="talk_steps",
        verbose_name=_("planned for"),
    )  # fmt: skip
    # Its title then: what was planned stays told when a draft of an evening is gone.
    evening = models.CharField(max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("history")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return ", ".join(filter(None, [self.get_state_display(), self.evening]))
