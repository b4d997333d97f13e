"""Verbs on a proposal: what organizers decide, and when its speakers hear of it (lesson 4)."""

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.verbs import VerbForm
from meetups.rights import DECIDE
from speakers import notices
from speakers.admin.wording import letters, said, will_be_said
from speakers.models import Proposal
from speakers.states import LIVE, MOVES, State


def is_given(proposal: Proposal) -> bool:
    """Whether the talk was given: nothing is left to decide."""
    event = proposal.event
    return proposal.state == State.CONFIRMED and event is not None and event.is_over


def may_become(proposal: Proposal, state: State) -> bool:
    """Whether the table of moves lets it."""
    return not is_given(proposal) and MOVES[proposal.state][state] is None


class DecisionForm(VerbForm):
    """A decision that its speakers need not hear at once; the box tells them with it."""

    needs = DECIDE
    becomes: State
    done: Any = ""
    # The letter before had not left yet and is taken back: its speakers know this standing.
    not_needed = _("Nobody needs a letter: what was written last had not left yet.")
    tell = forms.BooleanField(
        label=_("Tell the speaker now"),
        required=False,
        help_text=_("Without it nobody hears of this yet: you tell them later, one or all."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "tell"), "tell"])
        self.told = self.subject.parts.reachable().count()
        if not (self.told and self.owes()):
            del self.fields["tell"]

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return may_become(subject, cls.becomes)

    def owes(self) -> bool:
        """Whether a letter is owed once it is done."""
        return (self.becomes, None) != (self.subject.told_state, self.subject.told_event_id)

    def consequence(self) -> str:
        if not self.told:
            return gettext("No speaker of it has an address here: tell them yourself.")
        if "tell" not in self.fields:
            return gettext("That is what the speaker was last told, so nobody is written to.")
        sentence = ngettext(
            "If you tell the speaker now, %(n)d person reads: %(words)s.",
            "If you tell the speakers now, %(n)d people read: %(words)s.",
            self.told,
        )
        return sentence % {"n": self.told, "words": self.words()}

    def words(self) -> str:
        """What the letter says."""
        return said(self.becomes, None)

    def act(self) -> str:
        self.decide()
        if not self.cleaned_data.get("tell"):
            return str(self.done)
        told = self.subject.release()
        return f"{self.done} {letters(told) if told else self.not_needed}"

    def decide(self) -> None:
        raise NotImplementedError


class AcceptForm(DecisionForm):
    name, button, title = "accept", _("Accept"), _("Accept this talk?")
    becomes = State.ACCEPTED
    done = _("It is accepted and waits for an evening.")

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return subject.state != State.CONFIRMED and super().fits(subject)

    def decide(self) -> None:
        self.subject.accept(self.request.user)


class ReserveForm(DecisionForm):
    name, button, title = "reserve", _("Keep in reserve"), _("Keep this talk in reserve?")
    becomes = State.RESERVE
    done = _("It is kept in reserve.")
    notice_days = forms.IntegerField(
        label=_("Days of notice the speaker needs"),
        required=False,
        min_value=0,
        max_value=365,
        help_text=_("Empty: not asked; the speaker is then offered any free place."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["notice_days"] = self.subject.notice_days

    def consequence(self) -> str:
        if self.subject.event:
            off = gettext("Its place on the evening is free again.")
            return f"{off} {super().consequence()}"
        return super().consequence()

    def decide(self) -> None:
        self.subject.keep_in_reserve(self.cleaned_data["notice_days"], self.request.user)


class DeclineForm(DecisionForm):
    name, button, title = "decline", _("Decline"), _("Decline this talk?")
    becomes, is_grave = State.DECLINED, True
    done = _("It is declined.")
    because = forms.CharField(
        label=_("Why"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The speaker reads it. A reason helps with the next one; may stay empty."),
    )

    def decide(self) -> None:
        self.subject.decline(self.cleaned_data["because"], self.request.user)


class ReopenForm(DecisionForm):
    name, button, title = "reopen", _("Open again"), _("Decide on this talk anew?")
    becomes = State.SUBMITTED
    done = _("It is open again, to be decided anew.")

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return subject.state == State.DECLINED

    def decide(self) -> None:
        self.subject.reopen(self.request.user)


class TakeOffForm(DecisionForm):
    name, button, title = "take-off", _("Take off the evening"), _("Take it off its evening?")
    becomes = State.ACCEPTED
    done = _("It is back in the pool, and its place is free.")

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return subject.event is not None and not is_given(subject)

    def words(self) -> str:
        return gettext("taken off %(evening)s") % {"evening": self.subject.event}

    def decide(self) -> None:
        self.subject.take_off(self.request.user)


class WithdrawForm(VerbForm):
    """For a speaker who said so by phone; she and the organizers are told as if she had."""

    name, button = "withdraw", _("Take back for the speaker")
    title, needs, is_grave = _("Take this proposal back for the speaker?"), DECIDE, True
    note = forms.CharField(
        label=_("Why"),
        max_length=500,
        required=False,
        help_text=_("For the history."),
    )

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return subject.state in LIVE and may_become(subject, State.WITHDRAWN)

    def consequence(self) -> str:
        told = letters(self.subject.parts.reachable().count())
        return f"{told} {gettext('Only they can propose it again.')}"

    def act(self) -> str:
        self.subject.withdraw(self.request.user, self.cleaned_data["note"])
        return gettext("It is taken back.")


class TellForm(VerbForm):
    name, button, title = "tell", _("Tell the speaker now"), _("Tell the speaker how it stands?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return bool(notices.owed(subject))

    def consequence(self) -> str:
        words = will_be_said(self.subject)
        if not words:
            return gettext("The speaker knows how it stands.")
        told = self.subject.parts.reachable().count()
        if not told:
            return gettext(
                "Nobody in it has an address. This notes that you told them yourself: %(words)s."
            ) % {"words": words}
        sentence = ngettext("%(n)d person reads: %(words)s.", "%(n)d people read: %(words)s.", told)
        return sentence % {"n": told, "words": words}

    def act(self) -> str:
        told = self.subject.release()
        return letters(told) if told else gettext("Noted: the speaker knows.")
