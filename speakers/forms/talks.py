"""Forms of the admin for talks and speakers: speakers are written by name, not picked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesForm
from meetups.admin.short_names import ShortNameForm
from meetups.models import Slot
from people.models import Contact, normalized_email, validate_name
from speakers.models import Consent, Speaker, Talk
from speakers.models.consent import BY_WORD, narrowest

MOST_SPEAKERS = 12


def place(slot: Slot) -> str:
    """A place in an agenda as its choice says it: "Evening 61: 2. talk"."""
    return f"{slot.event}: {slot.position}. {slot}"


class TalkForm(ShortNameForm):
    named_after, fallback_name = "title", "talk"
    names = forms.CharField(
        label=_("speakers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One name a line. A name that the series knows is that speaker; others are added."
        ),
    )

    by_word = forms.BooleanField(
        label=_("the speaker told us that this may be shown"),
        required=False,
        help_text=_("Kept on record with today's date; the speaker can change it at any time."),
    )

    class Meta:
        model = Talk
        exclude = ["speakers"]
        help_texts = {"slug": _("Empty: made from the title.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old = self.instance.slot
        self.event_before = old.event_id if old else None
        if self.instance.pk:
            self.initial["names"] = "\n".join(s.name for s in self.instance.speakers.all())
        fields: dict[str, Any] = self.fields
        if "slot" in fields:
            fields["slot"].label_from_instance = place
        if not self._asks_for_consent():
            del fields["by_word"]
        # Whoever speaks in a proposal has said so herself.
        fields["names"].disabled = self.instance.proposal_id is not None

    def clean_names(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines()]
        names = list(dict.fromkeys(filter(None, lines)))
        if len(names) > MOST_SPEAKERS or any(len(name) > 200 for name in names):
            raise ValidationError(gettext("At most 12 names, each no longer than 200 letters."))
        for name in names:
            validate_name(name)
        return names

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        slot, series = data.get("slot"), data.get("series")
        if slot and series and slot.event.series_id != series.pk:
            self.add_error("slot", gettext("This evening belongs to another series."))
        self._stay_within_consent(data)
        return data

    def _stay_within_consent(self, data: dict[str, Any]) -> None:
        """Organizers may show less than the speakers allow, never more (need 108)."""
        talk = self.instance
        if self._asks_for_consent():
            self._need_consent(data)
        wish = Consent.objects.wish(talk.proposal) if talk.proposal else None
        if wish is None:
            return
        allowed, licence = wish
        shown = data.get("visibility")
        if shown and "visibility" in self.changed_data:
            if narrowest([allowed, shown]) != shown:
                sentence = gettext(
                    "Its speakers allowed “%(allowed)s”. You may show less, not more."
                )
                label = Talk.Visibility(allowed).label
                self.add_error("visibility", sentence % {"allowed": label})
            talk.held_to = "" if shown == allowed else shown
        if "licence" in self.changed_data and data.get("licence") not in {"", licence}:
            self.add_error("licence", _licence_sentence(licence))

    def _asks_for_consent(self) -> bool:
        """Whether its speakers have not said yet where it may be shown."""
        return self.instance.proposal_id is not None and self.instance.allowed_at is None

    def _need_consent(self, data: dict[str, Any]) -> None:
        """A recording or slides are shown once a speaker allowed it: say so before it surprises."""
        shown = [name for name in ("video_url", "slides_url") if data.get(name)]
        if shown and not data.get("by_word") and set(shown) & set(self.changed_data):
            sentence = gettext(
                "Nobody has said where this may be shown. Her own page asks the speaker;"
                " if she told you, tick it here."
            )
            self.add_error("by_word", sentence)

    def note_consent(self) -> None:
        """Write down what the speaker told an organizer; runs once the talk is saved."""
        talk = self.instance
        author = talk.proposal and talk.proposal.parts.filter(is_author=True).first()
        if author and self.cleaned_data.get("by_word"):
            talk.proposal.consent(author, talk.visibility, talk.licence, version=BY_WORD)

    def set_speakers(self) -> None:
        """Who speaks is who is named; runs once the talk is saved."""
        if "names" in self.changed_data:
            self.instance.speakers.set([self._speaker(name) for name in self.cleaned_data["names"]])

    def _speaker(self, name: str) -> Speaker:
        talk = self.instance
        for known in (talk.speakers, talk.series.speakers):
            found = known.filter(name__iexact=name).order_by("pk").first()
            if found:
                return found
        speaker = Speaker.objects.create(name=name)
        speaker.series.add(talk.series)
        return speaker


def _licence_sentence(licence: str) -> str:
    if not licence:
        return gettext("Its speakers have not agreed to one licence. Ask them first.")
    return gettext("Its speakers allowed “%(licence)s”. Ask them for another licence.") % {
        "licence": licence
    }


class SpeakerForm(SeriesForm):
    email = forms.EmailField(
        label=_("e-mail"), required=False, help_text=_("Only organizers see it.")
    )

    class Meta:
        model = Speaker
        exclude = ["contact"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.contact:
            self.initial["email"] = self.instance.contact.email

    def clean_email(self) -> str:
        email = self.cleaned_data["email"] and normalized_email(self.cleaned_data["email"])
        others = Speaker.objects.exclude(pk=self.instance.pk)
        if email and others.filter(contact__email__iexact=email).exists():
            raise ValidationError(gettext("This address cannot be used for another speaker."))
        return email

    def save(self, commit: bool = True) -> Speaker:
        if "email" in self.changed_data:
            email = self.cleaned_data["email"]
            self.instance.contact = (
                Contact.objects.for_email(email, self.cleaned_data["name"]) if email else None
            )
        return super().save(commit)
