"""The form of a message to many: when, for whom, in which words."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailings.models import Wave
from mailings.templatetags.words import PLACES, unknown_places
from meetups.admin.base import SeriesForm
from meetups.models import Event
from meetups.walltime import instant
from outbox.ways import open_ways
from people.models import Contact

WORDS = _(
    "Empty: the usual words, in each person's language. {name}, {evening}, {when} and {place} are"
    " filled in; a web address alone on its line becomes a link."
)

SUBJECT = _("Empty: the usual words. {evening}, {when} and {place} are filled in.")


class WaveForm(SeriesForm):
    """Shows the day where the wave keeps the days before the evening."""

    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    class Meta:
        model = Wave
        fields = ["event", "purpose", "audience", "line", "channel", "at", "anyway", "subject", "text"]  # noqa: E501 # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self._event()
        if event and self.instance.days_before is not None:
            self.initial["day"] = event.date - dt.timedelta(days=self.instance.days_before)
        if "text" in self.fields:
            self.fields["text"].help_text = WORDS
            self.fields["subject"].help_text = SUBJECT
            self.fields["text"].widget.attrs["rows"] = 10
        fields: dict[str, Any] = self.fields
        if "line" in fields and event:
            fields["line"].queryset = fields["line"].queryset.filter(series=event.series_id)
        if "channel" in fields:
            ways = [c for c in Contact.Channel.choices if c[0] in {*open_ways(), "voice"}]
            fields["channel"].choices = [("", gettext("each person's own")), *ways]

    def _event(self) -> Event | None:
        if self.instance.event_id:
            return self.instance.event
        return None

    def clean_subject(self) -> str:
        # The same for everybody, so that a wave to thousands writes it once.
        return self._known(self.cleaned_data["subject"], PLACES[1:])

    def clean_text(self) -> str:
        return self._known(self.cleaned_data["text"], PLACES)

    def _known(self, words: str, places: tuple[str, ...]) -> str:
        """The words; raises where a place in braces is none that is filled in."""
        if unknown := unknown_places(words, places):
            sentence = gettext("Nothing is filled in for {%(name)s}. There are only %(known)s.")
            known = ", ".join(f"{{{name}}}" for name in places)
            raise ValidationError(sentence % {"name": unknown[0], "known": known})
        return words

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        event = data.get("event") or self._event()
        if event and data.get("day") and data.get("at"):
            self.instance.days_before = (event.date - data["day"]).days
            if {"day", "at"} & set(self.changed_data) and self._is_past(event, data):
                self.add_error(
                    "day", gettext("That moment is over. Choose a later one, or send it now.")
                )
        return data

    def _is_past(self, event: Event, data: dict[str, Any]) -> bool:
        return instant(data["day"], data["at"], event.zone) < timezone.now()

    def add_error(self, field: Any, error: Any) -> None:
        """The model speaks of days before; the form of the day."""
        if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            errors: Any = error.error_dict
            if "days_before" in errors:
                errors["day"] = errors.pop("days_before")
        super().add_error(field, error)

    def changes(self) -> list[str]:
        """The names of the wave's own fields that were changed."""
        return ["days_before" if name == "day" else name for name in self.changed_data]


def usual_of(event: Event, purpose: str, number: int | None) -> dict[str, Any]:
    """What a new message of this kind starts with: a second invitation at T-3 (need 80)."""
    today = timezone.now().astimezone(event.local_start.tzinfo).date()
    wanted = today + dt.timedelta(days=1)
    if purpose == Wave.Purpose.INVITATION:
        days = event.series.second_wave_days if number == 2 else event.series.first_wave_days
        wanted = max(wanted, event.date - dt.timedelta(days=days))
    return {
        "event": event.pk,
        "purpose": purpose,
        "day": wanted,
        "at": event.series.wave_time,
    }
