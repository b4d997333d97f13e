"""What a guest says of the evening and of the room, in two minutes (need 112).

Knows no model by name: a seat makes this form itself, for pages of apps beside this one.
"""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MARKS = [
    ("5", _("5 – very good")),
    ("4", "4"),
    ("3", "3"),
    ("2", "2"),
    ("1", _("1 – bad")),
    ("", _("No answer")),
]


def mark_field(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    """One to five, or nothing."""
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=MARKS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "marks"}),
    )


def words_field(label: Any, help_text: Any = "") -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, help_text=help_text, max_length=2000, required=False, widget=box
    )


class FeedbackForm(forms.Form):
    """One guest's marks and words on one evening; all of it optional, and hers to change."""

    evening = mark_field(_("The evening as a whole"))
    words = words_field(_("What should we know about it?"))
    room = mark_field(_("Was the room comfortable?"), _("Air, light, noise, chairs."))
    room_words = words_field(_("What should the venue know?"))

    prefix = "how"

    def __init__(self, seat: Any, *args: Any) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.seat = seat
        self.known = getattr(seat, "feedback", None)
        if seat.mode == "online":
            del self.fields["room"], self.fields["room_words"]
        for name in self.fields if self.known else ():
            value = getattr(self.known, name)
            self.initial[name] = "" if value is None else str(value)

    def save(self) -> None:
        """Keep what she said; nothing said, nothing kept."""
        rows = type(self.seat).feedback.related.related_model.objects
        if not any(self.cleaned_data.values()):
            rows.filter(registration=self.seat).delete()
        elif self.has_changed():
            said = self.cleaned_data | {"given_at": timezone.now()}
            rows.update_or_create(registration=self.seat, defaults=said)
