"""A person by name and address, and how she is reached."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesForm
from meetups.models import Member
from meetups.walltime import validate_zone
from outbox.ways import open_ways
from people.models import Contact, normalized_email, validate_name
from people.phones import normalized_phone

Channel = Contact.Channel
WAYS = ("channel", "phone", "messenger", "time_zone")


class MemberForm(SeriesForm):
    """The address is given once; what other series know of her too is not ours to change."""

    name = forms.CharField(
        label=_("name"), max_length=200, required=False, validators=[validate_name]
    )
    email = forms.EmailField(label=_("e-mail"))
    channel = forms.ChoiceField(
        label=_("preferred channel"),
        required=False,
        help_text=_("Where that way is closed or leads nowhere, we write by e-mail."),
    )
    phone = forms.CharField(
        label=_("phone"),
        max_length=32,
        required=False,
        help_text=_("With the code of the country: +375 29 123-45-67."),
    )
    messenger = forms.CharField(
        label=_("messenger address"),
        max_length=20,
        required=False,
        validators=[RegexValidator(r"^\d+$", _("The chat’s number in Telegram has digits only."))],
        help_text=_("The chat’s number in Telegram; the link on her own page fills it in."),
    )
    time_zone = forms.CharField(
        label=_("time zone"),
        max_length=64,
        required=False,
        validators=[validate_zone],
        help_text=_("Like Europe/Minsk. Empty: that of the series. No news arrive at night."),
    )

    class Meta:
        model = Member
        fields = ["series", "source", "tags", "notes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = self._channels()  # type: ignore[attr-defined]
        if self.instance.pk:
            self._show(self.contact)

    @property
    def contact(self) -> Contact:
        return self.instance.contact

    def _channels(self) -> list[tuple[str, Any]]:
        """The ways that are open here, calls, and whatever she has chosen before."""
        kept = self.contact.channel if self.instance.pk else ""
        offered = open_ways() | {Channel.VOICE, kept}
        return [(value, label) for value, label in Channel.choices if value in offered]

    def _show(self, contact: Contact) -> None:
        for name in ("name", "email", *WAYS):
            self.initial[name] = getattr(contact, name)
        self._lock("email", _("Consent was given by this address, so it stays."))
        if not is_known_elsewhere(contact, self.instance):
            return
        self._lock("name", _("Other series know this person too, so it stays."))
        for name in WAYS:
            if self.initial[name]:
                self._lock(name, _("Other series know this person too, so it stays."))
        for name in ("phone", "messenger"):
            # Given to somebody else: enough to recognize it by, too little to call.
            self.initial[name] = self.initial[name] and f"… {self.initial[name][-2:]}"

    def _lock(self, name: str, why: Any) -> None:
        self.fields[name].disabled, self.fields[name].help_text = True, why

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    def clean_phone(self) -> str:
        number: str = self.cleaned_data["phone"]
        return number if self.fields["phone"].disabled else normalized_phone(number)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.instance.pk and data.get("email") and data.get("series"):
            known = data["series"].members.filter(contact__email__iexact=data["email"])
            if known.exists():
                raise ValidationError(
                    gettext("This person is already among the people of the series.")
                )
        self._needs_an_address(data)
        return data

    def _needs_an_address(self, data: dict[str, Any]) -> None:
        channel = data.get("channel")
        field = Contact.ADDRESSES[Channel(channel)] if channel else ""
        if field in {"phone", "messenger"} and field in data and not data[field]:
            self.add_error(field, gettext("Without it that channel reaches nobody."))

    def save(self, commit: bool = True) -> Member:
        if not self.instance.pk:
            name, email = self.cleaned_data["name"], self.cleaned_data["email"]
            language = self.instance.series.language
            self.instance.contact = Contact.objects.for_email(email, name, language)
        self._write_down(self.contact)
        return super().save(commit)

    def _write_down(self, contact: Contact) -> None:
        """Her name and ways as they were typed; what is known elsewhere is only added to."""
        names = ["name", *WAYS] if self.instance.pk else list(WAYS)
        is_ours = bool(self.instance.pk) or not is_known_elsewhere(contact, self.instance)
        changed = [
            name
            for name in names
            if name in self.changed_data and (is_ours or not getattr(contact, name))
        ]
        for name in changed:
            setattr(contact, name, self.cleaned_data[name])
        if changed:
            contact.save(update_fields=changed)


def is_known_elsewhere(contact: Contact, member: Member) -> bool:
    """Whether she has an account of her own or is a member of other series too."""
    others = contact.memberships.exclude(pk=member.pk)
    return bool(contact.user_id) or others.exists()
