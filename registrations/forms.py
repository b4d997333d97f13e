"""What a guest types for a seat: a name and an address, nothing else (need 60)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Subscription, Wish
from people.models import Contact, normalized_email, validate_name
from registrations.asking.fields import AsksQuestions
from registrations.models import Answer, Question, Registration

# Kept with every consent to show what was agreed to (T73). Change it with the text.
CONSENT_VERSION = "2026-11"


class SeatForm(AsksQuestions):
    """Keeps a seat for whoever can read the mail sent to the address."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # Not an EmailField: that refuses spellings which `normalized_email` understands.
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("The confirmation goes there, with a link to change or cancel."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mode = forms.ChoiceField(label=_("How do you take part?"), widget=forms.RadioSelect)
    consent = forms.BooleanField(
        label=_("Write to me about further evenings"),
        required=False,
        help_text=_(
            "At most a few mails a month, each with a link that ends it. The mail about your seat "
            "asks for one more click."
        ),
    )
    # People do not see this field; programs that fill every field give themselves away.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.event = event
        self.network = ""
        self.ask(list(Question.objects.of_the_form(event.series)))
        if len(event.modes) == 1:
            del self.fields["mode"]
        else:
            choices = [(mode, Event.Mode(mode).label) for mode in event.modes]
            self.fields["mode"].choices = choices  # type: ignore[attr-defined]
            self.fields["mode"].initial = event.modes[0]

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])

    def save(self, source: str = "") -> Registration:
        """Give the seat or the place in the queue; raises Refused where there is none to give."""
        data = self.cleaned_data
        contact = Contact.objects.for_email(
            data["email"], data["name"], language=self.event.series.language
        )
        seat = Registration.objects.register(
            self.event,
            contact,
            data.get("mode", ""),
            source=source,
            wish=self._wish(contact) if data["consent"] else None,
        )
        Answer.objects.keep_new(self.answers(), seat)
        return seat

    def _wish(self, contact: Contact) -> Wish | None:
        """What the box asks for; it is consent with the click in the seat's own mail (T73)."""
        series = self.event.series
        everything = Subscription.objects.to_invitations().filter(
            member__contact=contact, member__series=series, line=None
        )
        if everything.exists():
            return None
        return Wish.objects.note(
            series,
            contact.email,
            name=contact.name,
            language=contact.language,
            source="registration",
            text_version=CONSENT_VERSION,
            network=self.network,
        )
