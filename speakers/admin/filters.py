"""Filters of the list of proposals, in an organizer's words."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import number_in
from people.models import User
from speakers.models import Call
from speakers.states import Stage


class StageFilter(admin.SimpleListFilter):
    """The columns of the board."""

    title, parameter_name = _("state"), "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(stage.value, stage.label) for stage in Stage]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(stage=self.value()) if self.value() in Stage.values else queryset


class DueFilter(admin.SimpleListFilter):
    title, parameter_name = _("what is due"), "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("told", _("not told yet")),
            ("answer", _("past the promised date")),
            ("evening", _("evening not confirmed")),
            ("review", _("not reviewed by me")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        due = {
            "told": queryset.owed,
            "answer": queryset.overdue,
            "evening": queryset.offered,
            "review": lambda: queryset.unreviewed(cast(User, request.user)),
        }
        return due.get(self.value() or "", queryset.all)()


class CallFilter(admin.SimpleListFilter):
    """By call, where there are several."""

    title, parameter_name = _("call"), "call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = [(str(call.pk), call.title) for call in model_admin.seen(Call, request)]
        return found if len(found) > 1 or self.value() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = number_in(self.value())
        return queryset.filter(call=chosen) if chosen else queryset
