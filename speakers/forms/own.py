"""What a speaker changes on her own pages: text, co-speakers, profile, what may be shown."""

from functools import partial
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from meetups.models import Refused
from meetups.pictures import PictureField
from people.models import normalized_email, validate_name
from speakers.forms.proposing import ProposalForm, capitalize
from speakers.models import Consent, Part, Proposal, Speaker, Talk
from speakers.models.consent import LICENCES, Visibility

OWN_WORDS = "own"


class PlainForm(forms.Form):
    """A form in the house's manner: labels without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)


class NoteForm(PlainForm):
    """A few words to the organizers, if she likes."""

    note = forms.CharField(
        label=_("Would you like to say why?"),
        max_length=500,
        required=False,
        help_text=_("Only the organizers read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TextForm(forms.ModelForm):
    """The proposal in her own words, while it may be changed."""

    class Meta(ProposalForm.Meta):
        model = Proposal
        fields = [
            "title", "abstract", "format", "level", "is_first_talk", "notes", "notice_days",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        fields: dict[str, Any] = self.fields
        fields["format"].queryset = self.instance.call.formats.all()
        fields["format"].empty_label = None
        fields["format"].label = _("How long?")
        fields["abstract"].required = True
        capitalize(fields["level"])

    def rewrite(self) -> None:
        """Keep what she changed and nothing else. Raises Refused where it was taken up."""
        with self.instance.locked() as fresh:
            if not fresh.is_editable:
                raise Refused(_g("It can no longer be changed."))
            fresh.rewrite({name: self.cleaned_data[name] for name in self.changed_data})


class InviteForm(PlainForm):
    """Whom she would like beside her."""

    # Not an EmailField: that refuses spellings which `normalized_email` understands.
    email = forms.CharField(
        label=_("Their e-mail address"),
        max_length=254,
        help_text=_("We write there once, with your name and the title of your talk."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])


class TakeBackForm(forms.Form):
    """Which of the invitations nobody answered is to be taken back."""

    part = forms.ModelChoiceField(Part.objects.none())

    def __init__(self, proposal: Proposal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["part"]
        field.queryset = proposal.parts.invited().filter(is_author=False)


class NameForm(PlainForm):
    """Whoever was invited and is not known by name yet."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        validators=[validate_name],
        help_text=_("As it should stand beside the talk."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class ProfileForm(forms.ModelForm):
    """Who she is, kept once for all her talks."""

    name = forms.CharField(label=_("Your name"), max_length=200, validators=[validate_name])
    photo = PictureField(
        label=_("Your photo"),
        required=False,
        widget=forms.FileInput,
        help_text=_("JPEG, PNG or WebP, at most 10 MB. Where it was taken is removed from it."),
    )
    no_photo = forms.BooleanField(label=_("Remove my photo"), required=False)

    class Meta:
        model = Speaker
        fields = ["name", "photo", "bio", "website", "links"]
        labels = {
            "bio": _("A few words about you"),
            "website": _("Your website"),
            "links": _("More links"),
        }
        help_texts = {
            "bio": _("Two or three sentences, as they should stand beside your talk. Markdown."),
            "links": _("One web address a line, at most six."),
        }
        widgets = {
            "bio": forms.Textarea(attrs={"rows": 6}),
            "links": forms.Textarea(attrs={"rows": 3}),
            "website": forms.URLInput(attrs={"placeholder": "https://"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.old_photo = self.instance.photo.name
        if not self.old_photo:
            del self.fields["no_photo"]

    def keep(self) -> Speaker:
        """Store it and let every page of hers follow; a photo that was replaced is removed."""
        with transaction.atomic():
            if self.cleaned_data.get("no_photo") and "photo" not in self.changed_data:
                self.instance.photo = ""
            speaker: Speaker = self.save()
            Talk.objects.follow(speaker)
            if self.old_photo and self.old_photo != speaker.photo.name:
                remove = partial(speaker.photo.storage.delete, self.old_photo)
                transaction.on_commit(remove, robust=True)
        return speaker


class ConsentForm(PlainForm):
    """Where her talk may be shown, and what others may do with it (need 108)."""

    MEANINGS = (
        (Visibility.PUBLIC, _("Everywhere: on its page, in the archive, found by search")),
        (Visibility.LINK, _("By link only: for whoever has the address of its page")),
        (Visibility.ATTENDEES, _("For those who came: by the link in their mail")),
        (Visibility.NOWHERE, _("Nowhere: nothing of it is kept on our pages")),
    )
    visibility = forms.ChoiceField(
        label=_("Where may your talk be shown after the evening?"),
        choices=MEANINGS,
        widget=forms.RadioSelect,
    )
    licence = forms.ChoiceField(
        label=_("What may others do with it?"),
        required=False,
        choices=[*LICENCES, (OWN_WORDS, _("In my own words"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Your own words"),
        required=False,
        max_length=200,
        help_text=_("Only if you chose them above. They stand below your talk."),
    )

    @classmethod
    def after(cls, last: Consent | None, data: Any = None) -> "ConsentForm":
        """The form as she filled it last."""
        if last is None:
            return cls(data, initial={"licence": ""})
        known = last.licence in dict(LICENCES)
        initial = {
            "visibility": last.visibility,
            "licence": last.licence if known else OWN_WORDS,
            "words": "" if known else last.licence,
        }
        return cls(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("licence") == OWN_WORDS and not data.get("words"):
            self.add_error("words", _g("Please say it in your own words, or choose one above."))
        return data

    @property
    def wish(self) -> tuple[str, str]:
        """Where, and under which licence."""
        data = self.cleaned_data
        own = data["licence"] == OWN_WORDS
        return data["visibility"], data["words"] if own else data["licence"]
