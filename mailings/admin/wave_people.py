"""Everybody a message concerns: who would get it and who not, and later what became of each."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from mailings.admin.preview import wave_or_404
from mailings.models import HeldBack, Wave
from mailings.progress import GROUPS, STATES, Progress, progress_of, unknown_for_good
from mailings.reach import judged, reach
from mailings.timeline import entry_of, split
from meetups.rights import CHANGE
from outbox.states import State
from people.models import Contact

PAGE = 100
CHANNELS = {*Contact.Channel.values}
WORDS = {state: words for _name, words, states, _bad in GROUPS for state in states}
BAD = {state for _name, _words, states, is_bad in GROUPS if is_bad for state in states}


def people_view(request: HttpRequest, wave_id: int, model_admin: Any) -> HttpResponse:
    """Numbers first, then the people behind the one that was chosen; few queries for any crowd."""
    wave = wave_or_404(request, wave_id, model_admin)
    progress = progress_of([wave])[wave.pk]
    state, reason, via = _chosen(request)
    numbers = None if wave.started_at else reach(wave)
    reached, held = split(numbers or {})
    rows = _after(wave, state, reason) if wave.started_at else _before(wave, state, reason, via)
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": wave.name,
        "opts": model_admin.opts,
        "wave": wave,
        "entry": entry_of(wave, numbers, progress),
        "progress": progress,
        "reached": reached,
        "held": progress.held() if wave.started_at else held,
        "again": _again(request, wave, model_admin, progress),
        "page": page,
        "people": [_shown(row) for row in page],
        "state": state,
        "reason": reason,
        "via": via,
        "is_moving": wave.state == Wave.State.STARTED and progress.waiting,
    }
    return TemplateResponse(request, "admin/mailings/wave/people.html", context)


def _chosen(request: HttpRequest) -> tuple[str, str, str]:
    """What she asked for, as (state, reason, channel); empty for what there is not."""
    known = {"state": {*STATES, "reached"}, "reason": {*HeldBack.Reason.values}, "via": CHANNELS}
    asked = {name: request.GET.get(name, "") for name in known}
    state, reason, via = (said if said in known[name] else "" for name, said in asked.items())
    return state, reason, via


def _again(request: HttpRequest, wave: Wave, model_admin: Any, progress: Progress) -> int:
    """How many of the unknown she may send once more."""
    if not progress.unknown or not model_admin._may(CHANGE, request, wave):
        return 0
    return unknown_for_good(wave).count()


def _before(wave: Wave, state: str, reason: str, via: str) -> Any:
    """Those who would get it, and those who would not, with the reason."""
    people: Any = judged(wave)
    if state:
        people = people.filter(held_because="", **({"via": via} if via else {}))
    elif reason:
        people = people.filter(held_because=reason)
    return people.order_by("name", "pk").values(
        "via",
        who=F("name"),
        where=F("address"),
        now=Value(""),
        why=F("held_because"),
        said=Value(""),
        link=Value(""),
    )


def _after(wave: Wave, state: str, reason: str) -> Any:
    """Those who were written to, and those from whom it was held back."""
    now = f"{wave.key}{wave.schedule_rev}"
    letters = wave.messages().exclude(~Q(batch__key=now), state=State.CANCELLED)
    held = HeldBack.objects.filter(batch__key=now)
    if state:
        return _told(letters.filter(state__in=STATES.get(state, ()))).order_by("who", "where")
    if reason:
        return _kept(held.filter(reason=reason)).order_by("who", "where")
    return _told(letters).union(_kept(held), all=True).order_by("who", "where")


def _told(letters: Any) -> Any:
    return letters.order_by().values(
        who=Coalesce(F("contact__name"), Value("")),
        where=F("address"),
        via=F("channel"),
        now=F("state"),
        why=Value(""),
        said=F("error"),
        link=Cast("pk", TextField()),
    )


def _kept(held: Any) -> Any:
    return held.order_by().values(
        who=F("contact__name"),
        where=F("contact__email"),
        via=F("channel"),
        now=Value(""),
        why=F("reason"),
        said=Value(""),
        link=Value(""),
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """One line of the list, in words."""
    why, words = row["why"], WORDS.get(row["now"], "")
    if why:
        words = str(HeldBack.Reason(why).label)
    channel: Any = Contact.Channel
    return row | {
        "who": row["who"] or row["where"] or gettext("no name given"),
        "channel": str(channel(row["via"]).label) if row["via"] else "",
        "words": words or gettext("would get it"),
        "bad": row["now"] in BAD,
    }
