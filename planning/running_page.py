"""The page from which an evening is hosted: works on a phone, without script."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from meetups.models import Event
from planning.asked import evening_to_plan
from planning.running import begin, run_sheet, shorten, take_back, write_note


def running_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """Plan beside now; 404 outside the series whose evenings she may change."""
    event = evening_to_plan(request, event_id)
    if request.method == "POST":
        return _act(request, event)
    context = {
        **admin.site.each_context(request),
        "title": _("How the evening runs"),
        "opts": Event._meta,
        "event": event,
        "sheet": run_sheet(event),
    }
    return TemplateResponse(request, "admin/planning/running.html", context)


def _act(request: HttpRequest, event: Event) -> HttpResponse:
    wanted, _colon, number = request.POST.get("do", "").partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        messages.error(request, _("That was not understood. Please try again."))
        return redirect(request.path)
    slot = get_object_or_404(event.slots, pk=int(number))
    if wanted == "begin":
        begin(slot)
    elif wanted == "back":
        take_back(slot)
    elif wanted == "cut":
        sheet = run_sheet(event)
        if sheet.cut == slot:
            shorten(slot, sheet.cut_to)
    elif wanted == "note":
        write_note(slot, request.POST.get("words", "").replace("\x00", ""))
        messages.success(request, _("Kept."))
    return redirect(request.path)
