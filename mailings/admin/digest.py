"""The monthly digest in the admin: read before it leaves, with a line of one's own; afterwards
who got it, who did not, and why."""

from functools import partial
from typing import Any

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from mailings.admin.digest_verbs import VERBS
from mailings.digest_reach import reach
from mailings.digest_trial import Reader, letter_to, readers
from mailings.models import Digest, HeldBack
from mailings.progress import Progress
from mailings.timeline import split
from meetups.admin.base import SeriesAdmin, SeriesFilter
from meetups.rights import ADD, DELETE, VIEW
from meetups.templatetags.times import when
from outbox.models import Delivery

PAGE = 100


@admin.register(Digest)
class DigestAdmin(SeriesAdmin):
    series_path = "series"
    plural = _("Monthly digests")
    # Made by the clock a week before the first of a month is due; history afterwards.
    closed = frozenset({ADD, DELETE})
    verbs = VERBS
    fields = ("words",)
    list_display = ("month_in_words", "series", "leaves", "state", "planned", "missed")
    list_filter = ("state", SeriesFilter)
    list_select_related = ("series",)
    search_fields = ("words", "period")
    search_help_text = _("Part of your own line, or a month like 2026-12")
    ordering = ("-period", "series__name")

    @admin.display(description=_("month"), ordering="period")
    def month_in_words(self, digest: Digest) -> str:
        return digest.month

    @admin.display(description=_("leaves"))
    def leaves(self, digest: Digest) -> str:
        return when(digest.due_at, digest.series.time_zone)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("series")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What has left stays as it was said."""
        is_open = obj is None or (obj.started_at is None and obj.closed_at is None)
        return () if is_open else ("words",)

    def save_model(self, request: HttpRequest, obj: Digest, form: Any, change: bool) -> None:
        self.stop_strangers(request, obj, "change")
        obj.say(obj.words)

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Any] = {
            "preview": preview_view,
            "letter": letter_view,
            "held": held_view,
        }
        own = [
            path(
                f"<int:digest_id>/{name}/",
                self.admin_site.admin_view(partial(view, model_admin=self)),
                name=f"mailings_digest_{name}",
            )
            for name, view in pages.items()
        ]
        return own + super().get_urls()

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        reached, held = split({} if obj.closed_at else reach(obj))
        return {
            "leaves": when(obj.due_at, obj.series.time_zone),
            "reached": reached,
            "to_be_held": held,
            "progress": progress_of(obj),
        }


def progress_of(digest: Digest) -> Progress:
    """The letters in which its news stood, by state, and the people who got none, by reason."""
    letters: Any = Delivery.objects.filter(batch__in=digest.batches.all()).order_by()
    states = dict(letters.values_list("state").annotate(Count("pk")))
    held = digest.held_back().order_by().values_list("reason").annotate(Count("pk"))
    return Progress(states, dict(held))


@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
def preview_view(request: HttpRequest, digest_id: int, model_admin: Any) -> HttpResponse:
    """The letter as somebody would get it who follows everything, or one line."""
    digest = _digest(request, digest_id, model_admin)
    reader, language = _asked(request, digest)
    letter = letter_to(digest, reader, language)
    context = {
        "readers": readers(digest),
        "reader": reader,
        "languages": settings.LANGUAGES,
        "language": language,
        "letter": letter,
    }
    return _page(request, "preview", digest, model_admin, context)


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
def letter_view(request: HttpRequest, digest_id: int, model_admin: Any) -> HttpResponse:
    """The page of the mail alone, for the frame: no scripts, no forms, no links that open."""
    digest = _digest(request, digest_id, model_admin)
    letter = letter_to(digest, *_asked(request, digest))
    return HttpResponse(letter.html if letter else "")


def held_view(request: HttpRequest, digest_id: int, model_admin: Any) -> HttpResponse:
    """Who got none this month, and why."""
    digest = _digest(request, digest_id, model_admin)
    asked = request.GET.get("reason", "")
    reason = asked if asked in HeldBack.Reason.values else ""
    rows = digest.held_back().select_related("contact").order_by("contact__name", "pk")
    page = Paginator(rows.filter(reason=reason) if reason else rows, PAGE)
    context = {
        "held": progress_of(digest).held(),
        "reason": reason,
        "page": page.get_page(request.GET.get("p")),
        "state": "",
    }
    return _page(request, "held", digest, model_admin, context)


def _digest(request: HttpRequest, digest_id: int, model_admin: Any) -> Digest:
    digest: Digest | None = model_admin.get_queryset(request).filter(pk=digest_id).first()
    if digest is None or not model_admin._may(VIEW, request, digest):
        raise Http404
    return digest


def _asked(request: HttpRequest, digest: Digest) -> tuple[Reader, str]:
    """As whom she wants to read it, and in which language; the series' own if she does not say."""
    asked = request.GET.get("as", "")
    found = [reader for reader in readers(digest) if reader.name == asked]
    language = request.GET.get("in") or digest.series.language
    if not found:
        raise Http404
    return found[0], language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _page(
    request: HttpRequest, name: str, digest: Digest, model_admin: Any, page: dict[str, Any]
) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(digest),
        "opts": model_admin.opts,
        "plural": model_admin.plural,
        "digest": digest,
    }
    return TemplateResponse(request, f"admin/mailings/digest/{name}.html", context | page)
