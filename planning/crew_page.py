"""The page of those who help at an evening: works on a phone, without script (need 99)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event
from planning.asked import evening_to_plan, row_number
from planning.briefing import send_briefing, words_of, write_words
from planning.crew import ask_by_address, duties_of, helped_before, rosters_of
from planning.crew_forms import BriefingForm, RolesForm
from planning.models import Shift, ShiftPlace


def crew_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """Who does what, who is asked, and the briefing."""
    event = evening_to_plan(request, event_id)
    roles, briefing = RolesForm(event), BriefingForm(initial={"words": words_of(event)})
    if request.method == "POST":
        wanted = request.POST.get("do", "")
        if wanted == "roles":
            roles = RolesForm(event, request.POST)
        elif wanted == "brief":
            briefing = BriefingForm(request.POST)
        if _act(request, event, wanted, roles, briefing):
            return redirect(request.path)
    return TemplateResponse(
        request,
        "admin/planning/crew.html",
        {
            **admin.site.each_context(request),
            "title": _("Who helps"),
            "opts": Event._meta,
            "event": event,
            "duties": duties_of(event),
            "roster": rosters_of([event]).get(event.pk),
            "roles": roles,
            "briefing": briefing,
            "helpers": helped_before(event),
            "is_open": not event.is_cancelled and not event.is_over,
        },
    )


def _act(
    request: HttpRequest, event: Event, wanted: str, roles: RolesForm, briefing: BriefingForm
) -> bool:
    """Do what the button says; False where a form has to be shown again."""
    verb, _colon, number = wanted.partition(":")
    try:
        with transaction.atomic():
            if wanted == "roles":
                return _keep(request, roles)
            if wanted == "brief":
                return _brief(request, event, briefing)
            if verb == "ask":
                _ask(request, event, number)
            elif verb in VERBS:
                _change(request, event, verb, number)
            else:
                messages.error(request, _("That was not understood. Please try again."))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return True


def _keep(request: HttpRequest, form: RolesForm) -> bool:
    if not form.is_valid():
        return False
    form.keep()
    messages.success(request, _("Kept."))
    return True


def _brief(request: HttpRequest, event: Event, form: BriefingForm) -> bool:
    if not form.is_valid():
        return False
    write_words(event, form.cleaned_data["words"])
    if "send" not in request.POST:
        messages.success(request, _("Kept. Nothing was sent."))
        return True
    told = send_briefing(event)
    sentence = ngettext("The briefing goes to %d person.", "The briefing goes to %d people.", told)
    nobody = _("Everybody who is confirmed has this briefing already.")
    messages.success(request, sentence % told if told else nobody)
    return True


def _ask(request: HttpRequest, event: Event, number: str) -> None:
    shifts = Shift.objects.filter(event=event).select_related("event__series")
    shift = get_object_or_404(shifts, pk=row_number(number))
    user: Any = request.user
    place = ask_by_address(shift, request.POST.get("email", "").replace("\x00", ""), user)
    messages.success(request, _("%(person)s is asked by mail.") % {"person": place.contact})


VERBS: dict[str, Callable[[ShiftPlace], None]] = {
    "confirm": ShiftPlace.confirm,
    "again": ShiftPlace.ask_again,
    "out": ShiftPlace.take_out,
}


def _change(request: HttpRequest, event: Event, verb: str, number: str) -> None:
    places = ShiftPlace.objects.select_related("shift__event", "contact")
    place = get_object_or_404(places, shift__event=event, pk=row_number(number))
    VERBS[verb](place)
    done = {
        "confirm": _("%(person)s is confirmed. The briefing tells the rest."),
        "again": _("%(person)s is asked again."),
        "out": _("%(person)s is off the list. Nothing was written; a word from you is kind."),
    }
    messages.success(request, done[verb] % {"person": place.contact})
