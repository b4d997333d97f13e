"""The page that says who of the people brought along may be asked, and asks them (O25)."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailings.models import HeldBack
from mailings.permission import LETTER, TEXT_VERSION, ask, standing
from meetups import notices
from meetups.admin.scope import within
from meetups.models import Series
from meetups.rights import ADD, rights_of
from outbox.letters import compose

LABEL = "registrations.import"


def permission_view(request: HttpRequest, series_id: int) -> HttpResponse:
    """Numbers and the letter by GET; one mail to each, once and never again, by POST."""
    ids = rights_of(request).series_ids(ADD, LABEL)
    series = get_object_or_404(within(Series.objects.all(), "", ids), pk=series_id)
    if request.method == "POST":
        _say(request, ask(series))
        return redirect(request.path)
    numbers = standing(series)
    words = dict(HeldBack.Reason.choices)
    context = {
        **admin.site.each_context(request),
        "title": _("Ask whether we may write"),
        "opts": Series._meta,
        "object": series,
        "numbers": numbers,
        "held": [(words[reason], n) for reason, n in sorted(numbers.held.items())],
        "letter": _letter(series),
    }
    return TemplateResponse(request, "admin/registrations/import/permission.html", context)


def _say(request: HttpRequest, asked: int) -> None:
    sentence = ngettext(
        "%d person is asked by mail. Who does not answer hears nothing more.",
        "%d people are asked by mail. Who does not answer hears nothing more.",
        asked,
    )
    messages.success(request, sentence % asked if asked else _("Nobody is left to be asked now."))


def _letter(series: Series) -> Any:
    facts = notices.sender(series) | {
        "name": _("Anna"),
        "wish": {"seed": TEXT_VERSION, "hash": ""},
        "unsubscribe_url": series.public_url,
    }
    return compose(LETTER, facts, series.language)
