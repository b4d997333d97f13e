"""Write to people ticked in a list: of members, or of guests."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailings.admin.planner import LABEL
from mailings.admin.wave_form import usual_of
from mailings.models import Wave
from meetups.admin.scope import within
from meetups.models import Event
from meetups.rights import ADD, rights_of
from people.models import Contact
from registrations.models import Registration


class EveningForm(forms.Form):
    event = forms.ModelChoiceField(
        Event.objects.none(), label=_("About which evening"), empty_label=None
    )

    def __init__(self, *args: Any, evenings: QuerySet[Event]) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        field: Any = self.fields["event"]
        field.queryset = evenings
        field.label_from_instance = lambda event: f"{event.title}, {event.date:%d.%m.%Y}"


def write_to_these(model_admin: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
    """Ask about which evening, then open a message to them; the list says who may be ticked."""
    evenings = _evenings(request)
    given = request.POST if "event" in request.POST else None
    form = EveningForm(given, evenings=evenings)
    if given is not None and form.is_valid():
        return _written(request, form.cleaned_data["event"], queryset)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Write to these people"),
        "opts": model_admin.opts,
        "plural": model_admin.plural,
        "form": form,
        "number": queryset.count(),
        "ticked": request.POST.getlist("_selected_action"),
        "across": request.POST.get("select_across", "0"),
        "evenings": evenings.exists(),
    }
    return TemplateResponse(request, "admin/mailings/ticked.html", context)


def may_write(request: HttpRequest) -> bool:
    return rights_of(request).may(ADD, LABEL)


def _evenings(request: HttpRequest) -> QuerySet[Event]:
    """Evenings to come of the series in which she writes to people."""
    mine = within(Event.objects.all(), "series", rights_of(request).series_ids(ADD, LABEL))
    coming = mine.exclude(status=Event.Status.CANCELLED).filter(ends_at__gt=timezone.now())
    return coming.order_by("starts_at", "pk")


def _written(request: HttpRequest, event: Event, queryset: QuerySet) -> HttpResponse:
    """A draft to those of them whom the evening's series knows, opened for its text."""
    ticked = Contact.objects.filter(pk__in=queryset.order_by().values("contact"))
    people = ticked.filter(memberships__series=event.series_id)
    if not people.exists():
        messages.error(request, gettext("The series of this evening knows none of these people."))
        return redirect(request.get_full_path())
    with transaction.atomic():
        wave = _draft(event, people)
    left_out = ticked.count() - wave.people.count()
    if left_out:
        sentence = ngettext(
            "%d person is left out: the series of this evening does not know this person.",
            "%d people are left out: the series of this evening does not know them.",
            left_out,
        )
        messages.warning(request, sentence % left_out)
    return redirect("admin:mailings_wave_change", wave.pk)


def _draft(event: Event, people: QuerySet[Contact]) -> Wave:
    """Guests of the evening get it as its guests; others as news, under caps and consent."""
    alive = Registration.objects.active().filter(event=event)
    are_guests = not people.exclude(pk__in=alive.values("contact")).exists()
    usual = usual_of(event, Wave.Purpose.NOTE, None)
    wave = Wave.objects.create(
        event=event,
        purpose=Wave.Purpose.NOTE,
        audience="ticked_guests" if are_guests else "ticked",
        days_before=(event.date - usual["day"]).days,
        at=usual["at"],
    )
    rows = Wave.people.through.objects
    rows.bulk_create(
        Wave.people.through(wave_id=wave.pk, contact_id=pk)
        for pk in people.values_list("pk", flat=True)
    )
    return wave
