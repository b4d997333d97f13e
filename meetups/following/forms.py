"""What one fills in to follow a series, and later to hear of less."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from meetups.models import Line, Series, Subscription, Wish
from meetups.walltime import validate_zone
from outbox.letters import spoken
from outbox.models import Suppression
from people.models import Contact, normalized_email, validate_name
from people.phones import normalized_phone

# Kept with every consent to show what was agreed to (T73). Change it with the text.
CONSENT_VERSION = "follow-2026-11"
CONSENT = _(
    "With the click in that mail you agree that we write to you about our evenings at this "
    "address. Every mail carries a link that ends it at once, or makes it less."
)
CHANNELS: dict[str, Any] = {
    Contact.Channel.EMAIL: _("E-mail"),
    Contact.Channel.MESSENGER: _("Messenger"),
    Contact.Channel.SMS: _("Text message"),
    Contact.Channel.VOICE: _("Phone call"),
}


class FollowForm(forms.Form):
    """Asks for an address and what it wants to hear; all else has an answer already."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("One mail goes there first. Nothing else follows before you press its button."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("Your name, if you like"),
        max_length=200,
        required=False,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    lines = forms.ModelMultipleChoiceField(
        Line.objects.none(),
        label=_("What about?"),
        required=False,
        to_field_name="slug",
        help_text=_("Tick none to hear of everything."),
        widget=forms.CheckboxSelectMultiple,
    )
    pace = forms.ChoiceField(
        label=_("How much?"),
        choices=[
            (Subscription.Pace.EVERYTHING, _("Invitations and the monthly digest")),
            (Subscription.Pace.DIGEST, _("Only the monthly digest")),
        ],
        initial=Subscription.Pace.EVERYTHING,
        required=False,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("In which language?"), required=False)
    # People do not see this field; programs that fill every field give themselves away.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.series = series
        fields: dict[str, Any] = self.fields
        fields["language"].choices = settings.LANGUAGES
        fields["language"].initial = spoken(series.language)
        fields["lines"].queryset = series.lines.all()
        if not series.lines.exists():
            del self.fields["lines"]
        if series.digest_day is None:
            del self.fields["pace"]

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])

    def save(self, source: str, network: str) -> None:
        """Ask her by mail. The same steps for every address, known or not (T59)."""
        data = self.cleaned_data
        Suppression.objects.welcome_back(data["email"])
        Wish.objects.ask(
            self.series,
            data["email"],
            name=data["name"],
            lines=list(data.get("lines", [])),
            pace=data.get("pace") or Subscription.Pace.EVERYTHING,
            language=data["language"] or spoken(self.series.language),
            source=source,
            text_version=CONSENT_VERSION,
            network=network,
        )


class LinesForm(forms.Form):
    """Which lines of the series she still wants to hear of."""

    lines = forms.ModelMultipleChoiceField(
        Line.objects.none(),
        label=_("Only these"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please tick at least one, or choose another way below.")},
    )

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["lines"].queryset = series.lines.all()  # type: ignore[attr-defined]


class LanguageForm(forms.Form):
    """How we speak to her, and by which clock we know that it is night."""

    language = forms.ChoiceField(label=_("Language of our messages"), choices=settings.LANGUAGES)
    time_zone = forms.CharField(
        label=_("Your time zone, if you like"),
        max_length=64,
        required=False,
        validators=[validate_zone],
        help_text=_("Like Europe/Minsk. Empty: it stays as it is. We do not write at night."),
    )

    def __init__(self, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["language"].initial = spoken(language)


class ChannelForm(forms.Form):
    """Where we reach her. A number that we have is not shown: the mail may have been passed on."""

    channel = forms.ChoiceField(label=_("Reach me by"), widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("Your phone number"),
        max_length=32,
        required=False,
        help_text=_("For text messages and calls, like +375 29 123 45 67. Empty: the one we know."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, contact: Contact, channels: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.contact = contact
        choices = [(channel, CHANNELS[channel]) for channel in channels]
        self.fields["channel"].choices = choices  # type: ignore[attr-defined]
        if not {Contact.Channel.SMS, Contact.Channel.VOICE} & set(channels):
            del self.fields["phone"]

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return normalized_phone(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        needs_number = data.get("channel") in {Contact.Channel.SMS, Contact.Channel.VOICE}
        if needs_number and "phone" in data and not (data["phone"] or self.contact.phone):
            self.add_error("phone", _("For that we need your number."))
        return data
