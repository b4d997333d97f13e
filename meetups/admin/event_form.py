"""The form of an evening: plain fields go onto the row as it is now, seats and times by verbs."""

from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _

from meetups.admin.short_names import ShortNameForm
from meetups.models import Event
from meetups.walltime import validate_zone

# The form's name of what `Event.move` takes, and what that calls it.
MOVES = {
    "date": "day",
    "time": "at",
    "zone": "zone",
    "venue": "venue",
    "room": "room",
    "mode": "mode",
}
SEATS = {"capacity": Event.Mode.ONSITE, "online_capacity": Event.Mode.ONLINE}
# What Event.save works out from the others.
DERIVED = ["description_html", "recap_html", "starts_at", "ends_at", "zone"]


class EventForm(ShortNameForm):
    """Everything about an evening but its status."""

    named_after, fallback_name = "title", "evening"
    kept_where_empty = ("guests_allowed",)

    class Meta:
        model = Event
        exclude: list[str] = []
        help_texts = {"slug": _("Empty: made from the title.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A model's validators run when the row has the value already, and the page shows the row.
        if "zone" in self.fields:
            self.fields["zone"].validators.append(validate_zone)
        for field in self.fields.values():
            # What somebody else changed while the form was open is not changed back by it.
            field.show_hidden_initial = bool(self.instance.pk)

    def clean_time(self) -> time | None:
        """The stored time where only its seconds are missing: a browser shows none."""
        posted, stored = self.cleaned_data["time"], self.initial.get("time")
        if (
            posted
            and isinstance(stored, time)
            and posted == stored.replace(second=0, microsecond=0)
        ):
            return stored
        return posted

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        series = data.get("series") or (self.instance.series if self.instance.pk else None)
        if series:
            data["zone"] = data.get("zone") or series.time_zone
            data["language"] = data.get("language") or series.language
        if series and (cycle := data.get("cycle")) and cycle.series_id != series.pk:
            self.add_error("cycle", _("This cycle belongs to another series."))
        return data

    def save_changes(self) -> int:
        """Write what this form changed, and nothing else, onto the row as it is now.

        Returns how many people are told of a new time or place. Raises Refused.
        """
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        moves = {MOVES[name]: changed.pop(name) for name in MOVES if name in changed}
        seats = {mode: changed.pop(name) for name, mode in SEATS.items() if name in changed}
        with self.instance.locked() as event:
            for name, value in changed.items():
                setattr(event, name, value)
            event.save(update_fields=[*changed, *DERIVED])
            told = event.move(**moves) if moves else 0
            for mode, number in seats.items():
                event.set_capacity(number, mode)
        return told
