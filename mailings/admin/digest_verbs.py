"""What an organizer does with a month's digest; each says first what follows."""

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailings.digest_reach import reach
from mailings.digest_trial import send_copy
from mailings.models import Digest
from meetups.admin.verbs import VerbForm
from meetups.models import Refused
from meetups.templatetags.times import when

State = Digest.State


class SendNowForm(VerbForm):
    name, button, title = "send", _("Send now"), _("Send this digest now?")

    @classmethod
    def fits(cls, subject: Digest) -> bool:
        return subject.closed_at is None and subject.started_at is None

    def consequence(self) -> str:
        people = sum(number for (_via, why), number in reach(self.subject).items() if not why)
        sentence = ngettext("%d person gets it.", "%d people get it.", people) % people
        return f"{gettext('It leaves within a minute.')} {sentence}"

    def act(self) -> str:
        self.subject.send_now()
        return gettext("It leaves within a minute.")


class PauseForm(VerbForm):
    name, button, title = "pause", _("Pause"), _("Pause this digest?")

    @classmethod
    def fits(cls, subject: Digest) -> bool:
        return subject.closed_at is None and subject.state in Digest.LEAVING

    def consequence(self) -> str:
        sentence = gettext("Nothing leaves until you resume it, at the latest on %(last)s.")
        last = when(self.subject.too_late_at, self.subject.series.time_zone)
        return sentence % {"last": last}

    def act(self) -> str:
        self.subject.pause()
        return gettext("It is paused.")


class ResumeForm(VerbForm):
    name, button, title = "resume", _("Resume"), _("Let this digest leave?")

    @classmethod
    def fits(cls, subject: Digest) -> bool:
        return subject.closed_at is None and subject.state in {State.PAUSED, State.CANCELLED}

    def consequence(self) -> str:
        moment = when(self.subject.due_at, self.subject.series.time_zone)
        return gettext("It leaves by itself on %(when)s.") % {"when": moment}

    def act(self) -> str:
        self.subject.resume()
        return gettext("It goes on.")


class LeaveOutForm(VerbForm):
    name, button, title = "leave-out", _("Leave out this month"), _("No digest this month?")
    is_grave = True

    @classmethod
    def fits(cls, subject: Digest) -> bool:
        return subject.closed_at is None and subject.state != State.CANCELLED

    def consequence(self) -> str:
        return gettext(
            "Nobody gets it. What is new now stands in the next one; what has left stays with"
            " people."
        )

    def act(self) -> str:
        self.subject.leave_out()
        return gettext("There is no digest this month.")


class TrialForm(VerbForm):
    name, button, title = "trial", _("Send to myself"), _("Send a copy to yourself?")

    @classmethod
    def fits(cls, subject: Digest) -> bool:
        return subject.closed_at is None

    def consequence(self) -> str:
        sentence = gettext("One copy goes to %(address)s. Nobody else gets anything.")
        return sentence % {"address": self.request.user.email}  # type: ignore[union-attr]

    def act(self) -> str:
        user: Any = self.request.user
        if not send_copy(self.subject, user):
            raise Refused(gettext("There is nothing new to tell, so nobody would get it."))
        return gettext("A copy is on its way to %(address)s.") % {"address": user.email}


VERBS: tuple[type[VerbForm], ...] = (SendNowForm, PauseForm, ResumeForm, TrialForm, LeaveOutForm)
