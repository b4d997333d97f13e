"""Which rows belong to which series: the one path by which the admin asks and answers it."""

from collections.abc import Set
from typing import Any, TypeVar

from django import forms
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db import models
from django.http import HttpRequest

from meetups.models import Cycle, Line, Slot
from meetups.rights import ADD, rights_of
from people.models import Contact
from venues.models import Room

M = TypeVar("M", bound=models.Model)

# Rows without an admin of their own; a model that is neither here nor registered offers no choice.
PATHS: dict[type[models.Model], str] = {
    Contact: "memberships__series",
    Cycle: "series",
    Line: "series",
    Room: "venue__series",
    Slot: "event__series",
}


def within(queryset: models.QuerySet[M], path: str, ids: Set[int] | None) -> models.QuerySet[M]:
    """The rows whose `path` ends in one of these series, each once; None means all series."""
    if ids is None:
        return queryset
    lookup = f"{path}__in" if path else "pk__in"
    if lookup_spawns_duplicates(queryset.model._meta, lookup):
        mine = queryset.model._base_manager.filter(**{lookup: ids}).values("pk")
        return queryset.filter(pk__in=mine)
    return queryset.filter(**{lookup: ids})


def series_of(thing: Any, path: str) -> set[int]:
    """The series that an object in hand belongs to, as its attributes say, not the database."""
    if thing is None:
        return set()
    if not path:
        return {thing.pk}
    name, _dot, rest = path.partition("__")
    value: Any = getattr(thing, name) if thing.pk or not _has_many(thing, name) else None
    related = value.all() if hasattr(value, "all") else [value]
    return set().union(*(series_of(one, rest) for one in related))


def _has_many(thing: models.Model, name: str) -> bool:
    field = thing._meta.get_field(name)
    return bool(field.many_to_many or field.one_to_many)


class Scoped:
    """What SeriesAdmin and its inlines share: choices, shown or posted, come from her series."""

    admin_site: Any
    opts: Any

    @property
    def label(self) -> str:
        """The name under which the table of rights knows these rows."""
        return self.opts.label_lower

    def choices(self, model: type[M], request: HttpRequest) -> models.QuerySet[M]:
        """The rows that she may point to, and the only ones whose id is taken from a form."""
        ids = rights_of(request).series_ids(ADD, self.label)
        rows = model._default_manager.all()
        if self.admin_site.is_registered(model):
            return self.admin_site.get_model_admin(model).scoped(rows, ids)
        return within(rows, PATHS[model], ids) if model in PATHS else rows.none()

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if isinstance(db_field, models.ForeignKey | models.ManyToManyField):
            kwargs["queryset"] = self.choices(db_field.remote_field.model, request)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and hasattr(field.widget, "can_add_related"):
            # No pop-ups: what is missing is added on its own page, also on a phone.
            field.widget = field.widget.widget
        return field
