"""Publish, cancel and move an evening: each says first what follows, and for how many people."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.admin.event_form import MOVES
from meetups.admin.verbs import VerbForm
from meetups.models import Event


def people_told(event: Event) -> int:
    """How many hear of a change: everybody with a seat, in the queue, or with a talk there."""
    speakers = notices.speakers_who_know(event)
    if event.status != Event.Status.PUBLISHED:
        return speakers
    return speakers + event.registrations.active().count()


def _told(number: int) -> str:
    """How many are told by mail, or that nobody is, as a sentence."""
    if not number:
        return gettext("Nobody has a seat yet, so nobody is written to.")
    sentence = ngettext("%d person is told by mail.", "%d people are told by mail.", number)
    return sentence % number


class PublishForm(VerbForm):
    name, button, title = "publish", _("Publish"), _("Publish this evening?")

    @classmethod
    def fits(cls, subject: Event) -> bool:
        return subject.status == Event.Status.DRAFT

    def consequence(self) -> str:
        return gettext("It appears on the public pages and seats can be had. Nobody is written to.")

    def act(self) -> str:
        self.subject.publish()
        return gettext("The evening is published. Seats can be had.")


class CancelForm(VerbForm):
    name, button, title = "cancel", _("Cancel the evening"), _("Cancel this evening?")
    is_grave = True
    because = forms.CharField(
        label=_("Why"),
        max_length=500,
        required=False,
        help_text=_("Stands in the mail and on the page. May stay empty."),
    )

    @classmethod
    def fits(cls, subject: Event) -> bool:
        return subject.status != Event.Status.CANCELLED and not subject.is_over

    def consequence(self) -> str:
        return f"{_told(people_told(self.subject))} {gettext('This cannot be taken back.')}"

    def act(self) -> str:
        told = self.subject.cancel(self.cleaned_data["because"])
        return f"{gettext('The evening is cancelled.')} {_told(told)}"


class MoveForm(VerbForm):
    name, button, title = "move", _("Move"), _("Move this evening?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in MOVES:
            field = Event._meta.get_field(name)
            self.fields[name] = self.model_admin.formfield_for_dbfield(field, self.request)
            self.initial[name] = getattr(self.subject, name)

    @classmethod
    def fits(cls, subject: Event) -> bool:
        return subject.status == Event.Status.PUBLISHED and not subject.is_over

    def consequence(self) -> str:
        again = gettext("The reminder of the old date is withdrawn and a new one is planned.")
        return f"{_told(people_told(self.subject))} {again}"

    def act(self) -> str:
        changed = {MOVES[name]: self.cleaned_data[name] for name in self.changed_data}
        told = self.subject.move(**changed)
        if self.subject.venue:
            self.subject.series.venues.add(self.subject.venue)
        local = self.subject.local_start
        when = f"{date_format(local, 'l j F Y')}, {local:%H:%M}"
        done = gettext("It is now on %(when)s.") % {"when": when}
        return f"{done} {_told(told)}"
