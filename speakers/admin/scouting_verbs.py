"""What an organizer does with people to ask and with topics: each page says first what follows."""

from functools import cached_property
from typing import Any

from django import forms
from django.db import IntegrityError, models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import NATIVE_WIDGETS
from meetups.admin.verbs import VerbForm
from meetups.models import Refused
from outbox.letters import compose
from people.models import normalized_email, validate_name
from speakers.models import Call, Lead, Topic
from speakers.models.scouting import LETTER


class InviteForm(VerbForm):
    name, button, title = "invite", _("Send a personal invitation"), _("Invite them to speak?")
    words = forms.CharField(
        label=_("A few words of your own"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Why them, and why with us. Plain text: an address in it is no link."),
    )

    @classmethod
    def fits(cls, subject: Lead) -> bool:
        asked = {Lead.State.LEAD, Lead.State.CONTACTED}
        return bool(subject.email) and subject.invited_at is None and subject.state in asked

    def consequence(self) -> str:
        sentence = gettext(
            "This letter goes to %(address)s at once, with a link to the form. It says that we"
            " write only once, so there is no second one."
        )
        return sentence % {"address": self.subject.email or gettext("nobody: there is no address")}

    @cached_property
    def letter(self) -> Any:
        """The letter as it will be, with the words as they stand in the form."""
        words = self.data.get("words", "")[:1000] if self.is_bound else ""
        facts = self.subject.facts(words, self.request.user)
        return compose(LETTER, facts, self.subject.series.language)

    def act(self) -> str:
        if "look" in self.data:
            return ""
        self.subject.invite(self.cleaned_data["words"], self.request.user)
        return gettext("The invitation is on its way to %(name)s.") % {"name": self.subject}


class ContactForm(VerbForm):
    name, button, title = "contact", _("Note a contact"), _("When were you in touch?")
    on = forms.DateField(label=_("Day"), widget=NATIVE_WIDGETS[models.DateField]["widget"])
    note = forms.CharField(
        label=_("What was said"),
        max_length=500,
        required=False,
        help_text=_("Goes to the end of the notes. May stay empty."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["on"] = self.subject.today

    def consequence(self) -> str:
        return gettext("It counts as the last contact. Nobody is written to.")

    def act(self) -> str:
        self.subject.note_contact(self.cleaned_data["on"], self.cleaned_data["note"])
        day = date_format(self.subject.last_contact, "j M Y")
        return gettext("Last contact: %(day)s.") % {"day": day}


class NoForm(VerbForm):
    name, button, title = "no", _("Note a no"), _("Did this person say no?")
    note = forms.CharField(
        label=_("Why"), max_length=500, required=False, help_text=_("For ourselves.")
    )

    @classmethod
    def fits(cls, subject: Lead) -> bool:
        return subject.state not in {Lead.State.DECLINED, Lead.State.SPOKE}

    def consequence(self) -> str:
        return gettext("They stay on the list, so that nobody asks them again by mistake.")

    def act(self) -> str:
        self.subject.say_no(self.cleaned_data["note"])
        return gettext("Noted. Thank you for asking.")


class ShowForm(VerbForm):
    name, button, title = "show", _("Show to all"), _("Show this topic to everybody?")

    @classmethod
    def fits(cls, subject: Topic) -> bool:
        return not subject.is_shown

    def consequence(self) -> str:
        return gettext("It stands on the public page of topics, and people can vote for it.")

    def act(self) -> str:
        self.subject.show()
        return gettext("Everybody sees the topic now.")


class NotNowForm(VerbForm):
    name, button, title = "not-now", _("Not now"), _("Put this topic aside?")

    @classmethod
    def fits(cls, subject: Topic) -> bool:
        return subject.state != Topic.State.CLOSED

    def consequence(self) -> str:
        return gettext("Nobody sees it on the public page any more. Its voices stay.")

    def act(self) -> str:
        self.subject.put_aside()
        return gettext("The topic is put aside.")


class ScopeForm(VerbForm):
    name, button, title = (
        "scope", _("Make it the scope of a call"), _("Look for speakers about it?"),
    )  # fmt: skip
    call = forms.ModelChoiceField(Call.objects.none(), label=_("Call"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["call"]
        field.queryset = self.subject.series.calls.order_by("-created_at", "-pk")

    @classmethod
    def fits(cls, subject: Topic) -> bool:
        return subject.state != Topic.State.TAKEN

    def consequence(self) -> str:
        if not self.subject.series.calls.exists():
            return gettext("This series has no call for talks yet. Make one first.")
        return gettext("It becomes one more line of what the call looks for, on its public page.")

    def act(self) -> str:
        self.subject.become_scope(self.cleaned_data["call"])
        return gettext("“%(call)s” looks for it now.") % {"call": self.cleaned_data["call"]}


class AskForm(VerbForm):
    name, button, title = "ask", _("Ask somebody about it"), _("Who could speak about it?")
    who = forms.CharField(label=_("Name"), max_length=200, validators=[validate_name])
    # Not an EmailField: that refuses spellings which `normalized_email` understands.
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False,
        widget=forms.EmailInput, help_text=_("May stay empty until you know it."),
    )  # fmt: skip
    where_from = forms.CharField(label=_("Where from"), max_length=200, required=False)

    def consequence(self) -> str:
        return gettext("They are added to the people to ask. Nobody is written to yet.")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        return normalized_email(email) if email else ""

    def act(self) -> str:
        data, topic = self.cleaned_data, self.subject
        known = topic.series.leads.filter(email__iexact=data["email"])
        if data["email"] and known.exists():
            raise Refused(gettext("This person is on the list already."))
        try:
            with transaction.atomic():
                self.lead = topic.series.leads.create(
                    name=data["who"],
                    email=data["email"],
                    where_from=data["where_from"],
                    about=topic.title,
                    topic=topic,
                )
        except IntegrityError:
            raise Refused(gettext("This person is on the list already.")) from None
        return gettext("%(name)s is on the list. Invite them from here.") % {"name": self.lead}

    def afterwards(self) -> Lead:
        return self.lead
