"""Below a series: who comes, month by month and evening by evening (O6, needs 63, 66)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from meetups.admin.scope import within
from meetups.models import Series
from meetups.rights import VIEW, rights_of
from registrations.attendance.occasions import occasions_of
from registrations.attendance.report import figures_in_words, kinds_in_words, report_of

# Not a table: the figures of a series, for those who run it.
LABEL = "registrations.attendance"


def attendance_view(request: HttpRequest, series_id: int) -> HttpResponse:
    """The page; a fixed number of queries for one evening and for three hundred."""
    series = series_for(request, series_id, VIEW, LABEL)
    page = {
        "report": report_of(occasions_of(series)),
        "kinds": kinds_in_words(),
        "figures": figures_in_words(),
    }
    return below_series(request, series, "attendance", _("Who comes"), page)


def series_for(request: HttpRequest, series_id: int, action: str, label: str) -> Series:
    """The series; 404 where she may not do this with things of this label."""
    ids = rights_of(request).series_ids(action, label)
    return get_object_or_404(within(Series.objects.all(), "", ids), pk=series_id)


def below_series(
    request: HttpRequest, series: Series, name: str, title: str, page: dict[str, Any]
) -> HttpResponse:
    """A page of this series in the organizers' frame."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Series._meta,
        "object": series,
        "series": series,
    }
    return TemplateResponse(request, f"admin/meetups/series/{name}.html", context | page)
