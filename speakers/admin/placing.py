"""Put a talk on an evening, or move it to another; and note a yes that was given by phone."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import number_in
from meetups.admin.verbs import VerbForm
from meetups.models import Event, Slot
from meetups.rights import DECIDE
from speakers.admin.deciding import DecisionForm, is_given
from speakers.admin.places import begin_of
from speakers.admin.wording import day, letters
from speakers.models import Proposal
from speakers.states import LIVE, State

TALKS = (Slot.Kind.TALK, Slot.Kind.LIGHTNING)
MOST_EVENINGS = 24  # among the choices: two years of a monthly series


def coming_evenings(series_id: int) -> list[Event]:
    """Where a talk can be planned, drafts too, the next one first; with their agenda and talks."""
    events = Event.objects.filter(series=series_id, starts_at__gt=timezone.now())
    events = events.exclude(status=Event.Status.CANCELLED).order_by("starts_at", "pk")
    return list(events.prefetch_related("slots__talk")[:MOST_EVENINGS])


def is_free(slot: Slot) -> bool:
    """Whether a talk may be put there; needs the slot's talk fetched."""
    return slot.kind in TALKS and getattr(slot, "talk", None) is None


def places(events: Iterable[Event]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Free places by evening, and a new one at the end of each, as a form's choices."""
    groups = []
    for event in events:
        own = [(f"slot-{slot.pk}", _place(slot)) for slot in event.slots.all() if is_free(slot)]
        end = gettext("a new place at the end of %(evening)s") % {"evening": event.title}
        groups.append((f"{event.title}, {day(event)}", [*own, (f"event-{event.pk}", end)]))
    return groups


def _place(slot: Slot) -> str:
    begin = begin_of(slot).astimezone(ZoneInfo(slot.event.zone))
    words = {"item": slot, "minutes": slot.minutes, "day": day(slot.event), "at": f"{begin:%H:%M}"}
    return gettext("%(day)s, %(at)s: %(item)s, %(minutes)s min") % words


def add_place(event: Event, minutes: int) -> Slot:
    """One more talk at the end of the agenda."""
    last = event.slots.aggregate(n=Max("position"))["n"]
    position = 0 if last is None else last + 1
    return Slot.objects.create(event=event, position=position, kind=Slot.Kind.TALK, minutes=minutes)


class PlaceForm(DecisionForm):
    name, button, title = "place", _("Place on an evening"), _("On which evening?")
    becomes = State.ACCEPTED
    done: Any = _("It is planned for %(evening)s.")
    where = forms.ChoiceField(label=_("Place"))
    agreed = forms.BooleanField(
        label=_("The speaker has already said yes"),
        required=False,
        help_text=_("It is then announced, and the confirmation leaves at once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = coming_evenings(self.subject.call.series_id)
        self.slots = {f"slot-{s.pk}": s for e in events for s in e.slots.all() if is_free(s)}
        self.events = {f"event-{event.pk}": event for event in events}
        fields: dict[str, Any] = self.fields
        fields["where"].choices = places(events)
        wanted = f"slot-{number_in(self.request.GET.get('slot')) or 0}"
        self.initial["where"] = wanted if wanted in self.slots else next(iter(self.slots), None)

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        return subject.state in LIVE and not is_given(subject)

    def owes(self) -> bool:
        return True

    def consequence(self) -> str:
        if not self.events:
            return gettext("There is no evening to come. Add one first, then place the talk.")
        if self.subject.event:
            old = {"evening": self.subject.event}
            return gettext("It leaves %(evening)s; a yes to that evening is void.") % old
        return gettext("It stands in the agenda for you; visitors see it once the speaker agrees.")

    def decide(self) -> None:
        choice, user = self.cleaned_data["where"], self.request.user
        with transaction.atomic():
            slot = self.slots.get(choice) or add_place(self.events[choice], self._minutes())
            self.subject.place(slot, user, agreed=self.cleaned_data["agreed"])
        self.done = self.done % {"evening": slot.event}

    def _minutes(self) -> int:
        return self.subject.format.minutes if self.subject.format else 20

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("agreed"):
            data["tell"] = False  # her yes sends the confirmation by itself
        return data


class AgreedForm(VerbForm):
    """She has no account, or has answered by phone."""

    name, button = "agreed", _("Note the speaker's yes")
    title = _("Has the speaker said yes to this evening?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Proposal) -> bool:
        event = subject.event
        return subject.state == State.ACCEPTED and event is not None and not event.is_over

    def consequence(self) -> str:
        told = letters(self.subject.parts.reachable().count())
        return f"{gettext('The talk is confirmed and announced.')} {told}"

    def act(self) -> str:
        if self.subject.slot is None:
            raise ValidationError(gettext("This talk is on no evening."))
        self.subject.place(self.subject.slot, self.request.user, agreed=True)
        return gettext("The talk is confirmed.")
