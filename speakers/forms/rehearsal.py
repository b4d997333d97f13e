"""The times at which a speaker can try her talk (need 98)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from speakers.models import Rehearsal, Talk


class TimeField(forms.ModelChoiceField):
    """Free times, each with its zone, its length and where it is."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.in_words


class RehearsalForm(forms.Form):
    """One of the times that are free."""

    time = TimeField(
        label=_("Which time suits you?"),
        queryset=None,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("Somebody else has taken this time. Please choose another one."),
            "required": _("Please choose a time."),
        },
    )

    def __init__(self, talk: Talk | None, *args: Any) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        event = talk.slot.event_id if talk and talk.slot else None
        free = Rehearsal.objects.free().filter(event=event).select_related("event")
        field: Any = self.fields["time"]
        field.queryset, field.empty_label = free, None
