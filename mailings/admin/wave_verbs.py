"""What an organizer does with a message to many; each says first whom it concerns."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailings.models import Wave
from mailings.progress import Number, unknown_for_good
from mailings.reach import reach
from mailings.timeline import split
from mailings.trial import send_copy
from meetups.admin.verbs import VerbForm
from meetups.templatetags.times import when


def in_numbers(people: int) -> str:
    return ngettext("%d person gets it.", "%d people get it.", people) % people


class Reaching(VerbForm):
    """A verb that shows first whom the message reaches, and from whom it is held back."""

    @cached_property
    def numbers(self) -> tuple[list[Number], list[Number]]:
        return split(reach(self.subject))

    @property
    def reached(self) -> list[Number]:
        return self.numbers[0]

    @property
    def held(self) -> list[Number]:
        return self.numbers[1]

    @property
    def people(self) -> int:
        return sum(number.number for number in self.reached)


class ReleaseForm(Reaching):
    name, button, title = "release", _("Release"), _("Release this message?")

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        return subject.state == Wave.State.DRAFT

    def consequence(self) -> str:
        again = gettext("Who gets it is worked out again in that moment.")
        return f"{_leaves(self.subject)} {in_numbers(self.people)} {again}"

    def act(self) -> str:
        self.subject.release(self.request.user)
        return f"{gettext('Released.')} {_leaves(self.subject)}"


class SendNowForm(Reaching):
    name, button, title = "send", _("Send now"), _("Send this message now?")

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        return subject.state in Wave.TO_COME and not subject.started_at

    def consequence(self) -> str:
        return f"{gettext('It leaves within a minute.')} {in_numbers(self.people)}"

    def act(self) -> str:
        self.subject.send_now(self.request.user)
        return gettext("It leaves within a minute.")


class PauseForm(VerbForm):
    name, button, title = "pause", _("Pause"), _("Pause this message?")

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        is_moving = subject.state == Wave.State.STARTED and not subject.is_out()
        return is_moving or subject.state == Wave.State.RELEASED

    def consequence(self) -> str:
        return gettext("Nothing of it leaves until you resume it. What has left stays with people.")

    def act(self) -> str:
        held = self.subject.pause()
        if not held:
            return gettext("It is paused.")
        sentence = ngettext("Paused: %d message waits.", "Paused: %d messages wait.", held)
        return sentence % held


class ResumeForm(VerbForm):
    name, button, title = "resume", _("Resume"), _("Let this message go on?")

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        return subject.state == Wave.State.PAUSED

    def consequence(self) -> str:
        if self.subject.started_at:
            return gettext("What is still waiting leaves at once.")
        return _leaves(self.subject)

    def act(self) -> str:
        self.subject.resume()
        return gettext("It goes on.")


class WithdrawForm(VerbForm):
    name, button = "cancel", _("Cancel the message")
    title = _("Cancel this message?")
    is_grave = True

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        is_moving = bool(subject.started_at) and not subject.is_out()
        alive = {*Wave.TO_COME, Wave.State.STARTED}
        return subject.state in alive and (is_moving or not subject.started_at)

    def consequence(self) -> str:
        if not self.subject.started_at:
            return gettext("It is taken off the line; nobody gets it.")
        waiting = self.subject.messages().unsent().count()
        sentence = ngettext(
            "%d message that has not left is taken back. What has left stays with people.",
            "%d messages that have not left are taken back. What has left stays with people.",
            waiting,
        )
        return sentence % waiting

    def act(self) -> str:
        taken = self.subject.cancel()
        if not taken:
            return gettext("It is cancelled; nobody gets it.")
        sentence = ngettext("Cancelled: %d message was taken back.",
                            "Cancelled: %d messages were taken back.", taken)  # fmt: skip
        return sentence % taken


class TrialForm(VerbForm):
    name, button, title = "trial", _("Send to myself"), _("Send a copy to yourself?")

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        return subject.state in Wave.TO_COME

    def consequence(self) -> str:
        sentence = gettext("One copy goes to %(address)s. Nobody else gets anything.")
        return sentence % {"address": self.request.user.email}  # type: ignore[union-attr]

    def act(self) -> str:
        user: Any = self.request.user
        send_copy(self.subject, user)
        return gettext("A copy is on its way to %(address)s.") % {"address": user.email}


class AgainForm(VerbForm):
    name, button, title = "again", _("Send the unknown ones again"), _("Send them once more?")
    sure = forms.BooleanField(
        label=_("Some of them may get it twice; that is better than not at all"), required=True
    )

    @classmethod
    def fits(cls, subject: Wave) -> bool:
        return bool(subject.started_at) and unknown_for_good(subject).exists()

    def consequence(self) -> str:
        number = unknown_for_good(self.subject).count()
        sentence = ngettext(
            "%d message was handed over, and no answer came: it may have arrived or not.",
            "%d messages were handed over, and no answer came: they may have arrived or not.",
            number,
        )
        return sentence % number

    def act(self) -> str:
        number = unknown_for_good(self.subject).send_again()
        return ngettext("%d message leaves again.", "%d messages leave again.", number) % number


VERBS: tuple[type[VerbForm], ...] = (
    ReleaseForm, SendNowForm, PauseForm, ResumeForm, TrialForm, AgainForm, WithdrawForm,
)  # fmt: skip


def _leaves(wave: Wave) -> str:
    """When it leaves, once it is released."""
    if wave.due_at <= timezone.now():
        return gettext("Its moment has come: it leaves within a minute.")
    return gettext("It leaves by itself on %(when)s.") % {
        "when": when(wave.due_at, wave.event.zone)
    }
