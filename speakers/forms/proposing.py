"""What somebody types who would like to speak: little is asked, and all of it can wait."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from people.models import Contact, normalized_email, validate_name
from speakers.models import Call, Proposal
from speakers.models.consent import LICENCES, Visibility
from speakers.states import State

MISSING = {
    "name": _("Please tell us your name."),
    "email": _("Please write your address, so that we can answer."),
    "title": _("Please give it a title; it can change later."),
    "abstract": _("Please write a sentence or two about it."),
}
FIELDS = ["title", "abstract", "level", "is_first_talk", "notes", "notice_days"]


def capitalize(field: Any) -> None:
    """Let choices begin like sentences: they stand below a question."""
    field.choices = [(value, capfirst(label)) for value, label in field.choices]


class ProposalForm(forms.ModelForm):
    """A talk for this call. Whose address is proved already is asked neither for it nor a name.

    `saving`: it is only put aside; what is missing or wrong is no fault then.
    """

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        validators=[validate_name],
        help_text=_("As it should stand beside your talk."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send you a code there, and later our answer. Nobody else sees it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    format = forms.TypedChoiceField(
        label=_("How long?"), required=False, empty_value=None, widget=forms.RadioSelect
    )
    visibility = forms.ChoiceField(
        label=_("Where may a recording and your slides be shown?"),
        required=False,
        choices=[("", _("I decide later")), *((one, capfirst(one.label)) for one in Visibility)],
        help_text=_("You can change this until the evening, and afterwards too."),
        widget=forms.RadioSelect,
    )
    licence = forms.ChoiceField(label=_("And what may others do with it?"), required=False)
    # People do not see this field; programs that fill every field give themselves away.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    field_order = ("name", "email", "title", "abstract", "format")

    class Meta:
        model = Proposal
        fields = FIELDS
        labels = {
            "title": _("What is your talk called?"),
            "abstract": _("What is it about?"),
            "level": _("Whom is it for?"),
            "is_first_talk": _("It would be my first talk"),
            "notes": _("Anything only the organizers should know?"),
            "notice_days": _("How many days do you need to step in for somebody?"),
        }
        help_texts = {
            "title": _("A working title will do."),
            "abstract": _(
                "A few sentences are enough: what people will hear, and what they take home."
                " Markdown works."
            ),
            "is_first_talk": _(
                "Then we help you more: with the draft, with a rehearsal, on the evening."
            ),
            "notes": _("When you can come, what you need, what you are unsure of."),
            "notice_days": _(
                "Sometimes a speaker falls ill. Leave it empty if we should not ask you."
            ),
        }
        widgets = {
            "level": forms.RadioSelect,
            "notes": forms.Textarea(attrs={"rows": 4}),
            "abstract": forms.Textarea(attrs={"rows": 8}),
            "notice_days": forms.NumberInput(attrs={"inputmode": "numeric"}),
        }

    def __init__(
        self,
        call: Call,
        *args: Any,
        by: Contact | None = None,
        saving: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.call, self.by, self.saving = call, by, saving
        self._offer_choices()
        self._leave_out_what_is_known()
        self.initial.update(self._typed_before())
        if saving:
            for field in self.fields.values():
                field.required = False

    def _offer_choices(self) -> None:
        formats = {str(one.pk): one for one in self.call.formats.all()}
        choice: Any = self.fields["format"]
        choice.choices = [(pk, str(one)) for pk, one in formats.items()]
        choice.coerce = formats.__getitem__
        if len(formats) < 2:
            del self.fields["format"]
        self.first_format = next(iter(formats.values()), None)
        licence: Any = self.fields["licence"]
        licence.choices = LICENCES
        capitalize(self.fields["level"])
        self.fields["level"].required = False
        self.fields["abstract"].required = True
        for name, sentence in MISSING.items():
            self.fields[name].error_messages["required"] = sentence

    def _leave_out_what_is_known(self) -> None:
        if self.by:
            del self.fields["email"]
        if self.by and (self.by.name or hasattr(self.by, "speaker")):
            del self.fields["name"]

    def _typed_before(self) -> dict[str, Any]:
        draft = self.instance
        return {
            "name": draft.by_name or (draft.lead.name if draft.lead else ""),
            "email": draft.by_email,
            "visibility": draft.by_visibility,
            "licence": draft.by_licence,
            "format": draft.format_id or (self.first_format.pk if self.first_format else None),
        }

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        return typed if self.saving else normalized_email(typed)

    @property
    def knows_name(self) -> bool:
        """Whether there is a name for the talk: typed now or before, or known to be hers."""
        return "name" not in self.fields or bool(self.instance.by_name)

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.data.get("website"))

    def keep(self) -> Proposal:
        """Store what was typed, as far as it can be stored, as a draft."""
        draft: Proposal = self.instance
        for name in ("name", "email", "visibility", "licence"):
            if name in self.cleaned_data:
                setattr(draft, f"by_{name}", self.cleaned_data[name])
        draft.format = self.cleaned_data.get("format") or draft.format or self.first_format
        draft.edited_at = timezone.now()
        if draft.pk:
            draft.save()
            return draft
        draft.call = self.call
        draft.origin = draft.Origin.INVITED if draft.lead else draft.Origin.CALL
        draft.move_to(State.DRAFT)
        return draft
