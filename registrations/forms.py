"""What a guest types for a seat: a name and an address, nothing else (need 60)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, PromoLink, Subscription, Wish
from people.models import Contact, normalized_email, validate_name
from registrations.asking.fields import AsksQuestions
from registrations.models import Answer, Question, Registration

# Kept with every consent to show what was agreed to (T73). Change it with the text.
CONSENT_VERSION = "2026-11"


# In the languages of letters, unlike the labels of the model.
MODES = {"onsite": _("on site"), "online": _("online")}


def offer_modes(form: forms.Form, event: Event, usual: str) -> None:
    """Ask how she takes part, where there are two ways to."""
    if len(event.modes) == 1:
        del form.fields["mode"]
        return
    choices = [(mode, MODES[mode]) for mode in event.modes]
    form.fields["mode"].choices = choices  # type: ignore[attr-defined]
    form.fields["mode"].initial = usual


def offer_guests(form: forms.Form, most: int, usual: int = 0) -> None:
    """Ask whom she brings, where guests are welcome."""
    if not most:
        return
    form.fields["guests"] = forms.IntegerField(
        label=_("How many guests do you bring?"),
        help_text=_g("At most %(most)d. Each takes a seat.") % {"most": most},
        min_value=0,
        max_value=most,
        initial=usual,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


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
        offer_modes(self, event, event.modes[0])
        offer_guests(self, event.guests_allowed)

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])

    def save(self, source: str = "", links: QuerySet[PromoLink] | None = None) -> Registration:
        """Give the seat or the place in the queue; raises Refused where there is none to give.

        `links`: the partner's link by which she came, if it was one.
        """
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
            guests=data.get("guests") or 0,
            link=links.first() if links is not None and source else None,
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


class ChangeForm(forms.Form):
    """What the holder of a seat, or of a place in line, may still decide."""

    mode = forms.ChoiceField(
        label=_("How do you take part?"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, registration: Registration, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.registration = registration
        event = registration.event
        offer_modes(self, event, registration.mode)
        offer_guests(self, max(event.guests_allowed, registration.guests), registration.guests)
        self._offer_wishes(event)

    def _offer_wishes(self, event: Event) -> None:
        self.fields["is_shown"] = forms.BooleanField(
            label=_("Show my name to others who come"),
            help_text=_("Only people with a seat see it, on the page of their seat."),
            initial=self.registration.is_shown,
            required=False,
        )
        if Event.Mode.ONSITE in event.modes:
            self.fields["mixes"] = forms.BooleanField(
                label=_("Put me into a circle"),
                help_text=_(
                    "Where an evening has circles, six to eight people who do not know each other "
                    "talk for a while. You can still say no on the evening itself."
                ),
                initial=bool(self.registration.mixes),
                required=False,
            )

    def save(self) -> None:
        """Change what she changed; raises Refused where the seats for it are not free."""
        data, seat = self.cleaned_data, self.registration
        seat.change(data.get("mode", ""), data.get("guests"))
        # Who was never asked about circles has said nothing by changing something else.
        mixes = data.get("mixes") if "mixes" in self.changed_data else seat.mixes
        seat.prefer(is_shown=data["is_shown"], mixes=mixes)


class ContestForm(forms.Form):
    """Her word against a mark, in a sentence or two."""

    words = forms.CharField(
        label=_("Were you there, or did you have a reason? Tell us in a sentence."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
