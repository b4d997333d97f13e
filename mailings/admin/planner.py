"""The page on which an evening's messages are planned and followed, from first to last (O1)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from mailings.admin.evenings import evening_for
from mailings.admin.wave_verbs import VERBS
from mailings.advice import advice_for
from mailings.models import Wave
from mailings.models.wave import MOST_INVITATIONS
from mailings.timeline import Entry, timeline
from meetups.admin.verbs import VerbForm
from meetups.models import Event
from meetups.rights import ADD, CHANGE, VIEW, rights_of

LABEL = "mailings.wave"
# To whom a note is written most: those with a part in the evening.
OWN_PEOPLE = ("registered", "waiting", "speakers", "crew")
# The verb that comes next stands first.
BUTTONS = {
    "draft": ("release", "send", "trial", "cancel"),
    "released": ("pause", "send", "trial", "cancel"),
    "paused": ("resume", "cancel"),
    "started": ("pause", "cancel"),
}
VERBS_BY_NAME = {verb.name: verb for verb in VERBS}


def messages_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """The time line of one evening; a fixed number of queries for any crowd."""
    event = evening_for(request, event_id, VIEW, LABEL)
    entries = timeline(event)
    waves = [entry.wave for entry in entries if entry.wave]
    context = {
        **admin.site.each_context(request),
        "title": _("Messages"),
        "opts": Wave._meta,
        "event": event,
        "rows": [(entry, verbs_of(entry)) for entry in entries],
        "advice": advice_for(waves) if not event.is_over else [],
        "may_change": rights_of(request).may_in_one(CHANGE, LABEL, {event.series_id}),
        "additions": _additions(request, event, waves),
        "is_full": _is_full(waves),
    }
    return TemplateResponse(request, "admin/mailings/wave/line.html", context)


def verbs_of(entry: Entry) -> list[tuple[str, type[VerbForm]]]:
    """What may be done with it now, as (address, verb); asked of no table, however many."""
    if entry.wave is None:
        return []
    page = reverse("admin:mailings_wave_change", args=[entry.wave.pk])
    names = BUTTONS.get(entry.state, ())
    return [(f"{page}../{name}/", VERBS_BY_NAME[name]) for name in names]


def _is_full(waves: list[Wave]) -> bool:
    return sum(_counts(wave) for wave in waves) >= MOST_INVITATIONS


def _counts(wave: Wave) -> bool:
    is_off = wave.state == Wave.State.CANCELLED and not wave.started_at
    return wave.is_invitation and not is_off


def _additions(request: HttpRequest, event: Event, waves: list[Wave]) -> list[dict[str, Any]]:
    """What may be added, as links to its form."""
    may = rights_of(request).may_in_one(ADD, LABEL, {event.series_id})
    if not may or event.is_cancelled:
        return []
    found = [] if event.is_over else [_addition(event, "note", name) for name in OWN_PEOPLE]
    if not _is_full(waves) and not event.is_over:
        found.insert(0, _addition(event, "invitation", "followers"))
    if event.is_over:
        found = [_addition(event, "note", name) for name in ("came", "did_not_come")]
    return found


def _addition(event: Event, purpose: str, audience: str) -> dict[str, Any]:
    words = {
        "followers": _("Another invitation"),
        "registered": _("A note to those with a seat"),
        "waiting": _("A note to the queue"),
        "speakers": _("A note to the speakers"),
        "crew": _("A note to the crew"),
        "came": _("A note to those who came"),
        "did_not_come": _("A note to those who did not come"),
    }
    asked = urlencode({"event": str(event.pk), "purpose": purpose, "audience": audience})
    return {"words": words[audience], "url": f"{reverse('admin:mailings_wave_add')}?{asked}"}
