"""Filters by which the numbers of the funnel lead to their rows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from speakers.funnel import YEAR, reached, since

STEPS = {
    "proposed": _("proposed"),
    "accepted": _("accepted"),
    "confirmed": _("confirmed"),
    "spoke": _("spoke"),
}


class AddedFilter(admin.SimpleListFilter):
    """Leads of the last twelve months."""

    title, parameter_name = _("added"), "since"
    day = "created_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(YEAR, _("in the last 12 months"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        begin = since(self.value())
        return queryset.filter(**{f"{self.day}__gte": begin}) if begin else queryset


class SentInFilter(AddedFilter):
    """Proposals of the last twelve months; comes by link from the funnel."""

    title, day = _("sent in"), "submitted_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return super().lookups(request, model_admin) if self.value() else []


class ReachedFilter(admin.SimpleListFilter):
    """How far proposals have come; comes by link from the funnel."""

    title, parameter_name = _("came as far as"), "reached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STEPS.items()) if self.value() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        step = reached().get(self.value() or "")
        return queryset if step is None else queryset.filter(step)
