"""How many are needed for each role of an evening: one line a role, 0 for none."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from planning.crew import plan_role
from planning.models import Shift

# Who prepares the room comes first; everybody else half an hour ahead.
EARLIER = {Shift.Role.SET_UP: 90, Shift.Role.STREAM: 60}


class RolesForm(forms.Form):
    """Two numbers for each role; only lines that were changed are written."""

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        there = {shift.role: shift for shift in Shift.objects.filter(event=event)}
        for role in Shift.Role:
            shift = there.get(role)
            before = shift.minutes_before if shift else EARLIER.get(role, 30)
            self.fields[f"needed-{role}"] = _number(_("how many"), 50, shift.needed if shift else 0)
            self.fields[f"before-{role}"] = _number(_("minutes before the start"), 1440, before)

    def lines(self) -> list[tuple[str, Any, Any]]:
        """Name of the role, and its two fields."""
        return [
            (str(role.label), self[f"needed-{role}"], self[f"before-{role}"]) for role in Shift.Role
        ]

    def keep(self) -> None:
        """Write what was changed. Raises Refused where a role cannot be taken off."""
        data = self.cleaned_data
        changed = {name.partition("-")[2] for name in self.changed_data}
        for role in [role for role in Shift.Role.values if role in changed]:
            plan_role(self.event, role, data[f"needed-{role}"], data[f"before-{role}"])


def _number(label: Any, most: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, initial=initial)


class BriefingForm(forms.Form):
    words = forms.CharField(
        label=_("What they have to know"),
        max_length=3000,
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Where to meet, whom to ask, what to bring. Date, place and role stand above."),
    )
