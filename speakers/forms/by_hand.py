"""Proposals in the hands of organizers: their texts, and those of people who write no forms."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesForm
from people.models import Contact, normalized_email, validate_name
from speakers.models import Proposal, Speaker


class ProposalTextForm(SeriesForm):
    """What organizers put right in a proposal; its state moves by verbs only."""

    class Meta:
        model = Proposal
        fields = [
            "title", "abstract", "notes", "format", "level", "language", "notice_days", "answer_by",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "format" in fields:
            fields["format"].queryset = self.instance.call.formats.all()
            fields["format"].label_from_instance = str

    def save_texts(self) -> None:
        """Only what was changed here: a move that happens meanwhile stays."""
        with self.instance.locked() as fresh:
            fresh.rewrite({name: self.cleaned_data[name] for name in self.changed_data})


class ByHandForm(SeriesForm):
    """A talk that somebody offered by phone or in the break: her name is enough."""

    speaker = forms.CharField(label=_("speaker"), max_length=200, validators=[validate_name])
    email = forms.EmailField(
        label=_("e-mail"),
        required=False,
        help_text=_("May stay empty. With it the speaker gets a receipt and a page of their own."),
    )

    class Meta:
        model = Proposal
        fields = ["call", "format", "title", "abstract", "notes", "notice_days"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        return normalized_email(email) if email else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        call, kind = data.get("call"), data.get("format")
        if call and kind and kind.call_id != call.pk:
            self.add_error("format", gettext("This format belongs to another call."))
        return data

    def send_in(self) -> Proposal:
        """Write it down with its author and send it in, also after the deadline.

        A receipt goes to her address, if any.
        """
        proposal, name = self.instance, self.cleaned_data["speaker"]
        proposal.origin, proposal.state = Proposal.Origin.ORGANIZER, Proposal.State.DRAFT
        with transaction.atomic():
            proposal.save()
            email, language = self.cleaned_data["email"], proposal.call.series.language
            contact = Contact.objects.for_email(email, name, language) if email else None
            proposal.add_author(contact, self._profile(contact, name))
            proposal.submit(late=True)
        return proposal

    def _profile(self, contact: Contact | None, name: str) -> Speaker:
        """Hers, where this series knows it; a profile that others keep is not opened by a guess."""
        series = self.instance.call.series
        if contact is None:
            nameless = series.speakers.filter(contact=None, name__iexact=name)
            return nameless.order_by("pk").first() or Speaker.objects.create(name=name)
        own = Speaker.objects.filter(contact=contact).first()
        if own is None:
            return Speaker.objects.for_contact(contact, name, series)
        if own.series.filter(pk=series.pk).exists():
            return own
        return Speaker.objects.create(name=name)
