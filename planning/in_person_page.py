"""The page from which people are invited in person; it sends nothing itself (need 56)."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from meetups.models import Event, Line, PromoLink
from planning.asked import evening_to_plan, row_number
from planning.in_person import note_approach, tags_in, to_invite, with_words
from planning.models import Approach

PAGE_SIZE = 30


def in_person_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """Whom to write to, with the words to copy; a POST keeps how far it is with one person."""
    event = evening_to_plan(request, event_id)
    if request.method == "POST":
        _note(request, event)
        return redirect(request.get_full_path())
    lines, links = list(event.series.lines.order_by("name")), _links(event)
    tag, line = request.GET.get("tag", "")[:100].replace("\x00", ""), _line(request, lines)
    link = next((one for one in links if one.pk == row_number(request.GET.get("link", ""))), None)
    people = to_invite(event, tag, line)
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("p"))
    url = link.public_url if link else event.public_url
    context = {
        **admin.site.each_context(request),
        "title": _("Invite in person"),
        "opts": Event._meta,
        "event": event,
        "tags": tags_in(event),
        "lines": lines,
        "links": links,
        "tag": tag,
        "line": line,
        "link": link,
        "page": page,
        "people": with_words(event, list(page), url),
        "states": Approach.State.choices,
        "is_open": event.is_open,
    }
    return TemplateResponse(request, "admin/planning/in_person.html", context)


def _links(event: Event) -> list[PromoLink]:
    return list(event.promo_links.select_related("partner").order_by("partner__name"))


def _line(request: HttpRequest, lines: list[Line]) -> Line | None:
    wanted = row_number(request.GET.get("line", ""))
    return next((one for one in lines if one.pk == wanted), None)


def _note(request: HttpRequest, event: Event) -> None:
    number, _colon, state = request.POST.get("do", "").partition(":")
    if state not in Approach.State.values:
        messages.error(request, _("That was not understood. Please try again."))
        return
    members = event.series.members.select_related("contact")
    member = get_object_or_404(members, pk=row_number(number))
    user: Any = request.user
    note_approach(event, member, state, user)
    words = {"person": member.contact, "state": Approach.State(state).label}
    messages.success(request, _("%(person)s: %(state)s.") % words)
