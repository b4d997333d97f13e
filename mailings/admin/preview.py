"""The message as one of its readers would get it: subject, text, and the page of the mail."""

from typing import Any

from csp.decorators import csp_replace, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from mailings.models import Wave
from mailings.trial import language_of, letter_to, readers
from meetups.admin.base import number_in
from meetups.rights import VIEW
from outbox.letters import Letter
from people.models import Contact


def wave_or_404(request: HttpRequest, wave_id: int, model_admin: Any) -> Wave:
    """The wave, where she may see it."""
    rows = model_admin.get_queryset(request).select_related(
        "event__series", "event__venue", "event__room", "event__line", "line"
    )
    wave: Wave | None = rows.filter(pk=wave_id).first()
    if wave is None or not model_admin._may(VIEW, request, wave):
        raise Http404
    return wave


@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
def preview_view(request: HttpRequest, wave_id: int, model_admin: Any) -> HttpResponse:
    """The letter to the first of its readers, or to the one asked for."""
    wave = wave_or_404(request, wave_id, model_admin)
    people = readers(wave)
    person = _asked(request, people)
    letter, trouble = _letter(wave, person)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("As a reader gets it"),
        "opts": model_admin.opts,
        "wave": wave,
        "people": [(one, language_of(one, wave)) for one in people],
        "person": person,
        "letter": letter,
        "trouble": trouble,
    }
    return TemplateResponse(request, "admin/mailings/wave/preview.html", context)


@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # as above
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": [""],
        "script-src": None,
    }
)
def letter_view(request: HttpRequest, wave_id: int, model_admin: Any) -> HttpResponse:
    """The page of the mail alone, for the frame: no scripts, no forms, no links that open."""
    wave = wave_or_404(request, wave_id, model_admin)
    letter, trouble = _letter(wave, _asked(request, readers(wave)))
    return HttpResponse(letter.html if letter else trouble)


def _asked(request: HttpRequest, people: list[Contact]) -> Contact | None:
    """Only one of the readers: anybody else is not hers to write to."""
    chosen = number_in(request.GET.get("person"))
    if chosen is None:
        return people[0] if people else None
    found = [person for person in people if person.pk == chosen]
    if not found:
        raise Http404
    return found[0]


def _letter(wave: Wave, person: Contact | None) -> tuple[Letter | None, str]:
    try:
        return letter_to(wave, person), ""
    except Exception as error:  # whatever a template raises, she must read why
        return None, _("This message cannot be shown: %(error)s") % {"error": error}
