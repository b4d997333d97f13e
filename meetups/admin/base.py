"""One base class for everything in the admin: rows, choices and writes stay in one's own series."""

import logging
from collections.abc import Set
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.forms import widgets
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from meetups.admin.scope import Scoped, series_of, within
from meetups.admin.verbs import VerbPages
from meetups.models import Organizer, Refused
from meetups.rights import ADD, CHANGE, DELETE, VIEW, rights_of

log = logging.getLogger(__name__)

NATIVE_WIDGETS: dict[type[models.Field], dict[str, Any]] = {
    models.DateField: {"widget": widgets.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
    models.TimeField: {"widget": widgets.TimeInput(format="%H:%M", attrs={"type": "time"})},
    models.TextField: {"widget": widgets.Textarea(attrs={"rows": 4})},
}


class PlainForm(forms.ModelForm):
    """Labels with a capital and without a colon, as on the public pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            field.label = capfirst(field.label)  # Django does so for a model's own fields only


class SeriesForm(PlainForm):
    """A form that keeps what it may not offer, and shows why a verb refused."""

    refused: ValidationError | None = None
    # Numbers with a good default: whoever leaves one empty keeps what it was.
    kept_where_empty: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in fields.keys() & self.kept_where_empty:
            fields[name].required = False
        for name, field in fields.items():
            current = getattr(self.instance, f"{name}_id", None)
            if isinstance(field, forms.ModelChoiceField) and current and self.instance.pk:
                # Set by somebody who may: stays, instead of vanishing with the next save.
                rows: Any = field.queryset
                field.queryset = rows | rows.model.objects.filter(pk=current)

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in self.kept_where_empty:
            if name in self.cleaned_data and self.cleaned_data[name] is None:
                self.cleaned_data[name] = getattr(self.instance, name)
        if self.refused:
            self.add_error(None, self.refused)
        return self.cleaned_data


class SeriesAdmin(Scoped, VerbPages, admin.ModelAdmin):
    """An admin that shows and takes nothing but rows of series in which one has the right.

    `series_path` leads from the model to its series: "event__series"; "" for the series itself.
    """

    series_path: str
    # What an organizer calls these rows, and the words on the button that adds one.
    plural: str | Promise
    add_words: str | Promise = ""
    # What nobody does here by hand, whatever the role.
    closed: frozenset[str] = frozenset()
    # Goes along with the draft of an evening that is deleted, though it is never deleted alone.
    goes_along = False
    form = SeriesForm
    formfield_overrides = NATIVE_WIDGETS
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    empty_value_display = "–"
    # Query-string lookups that are taken beside those of the list's own filters.
    lookups: tuple[str, ...] = ()

    # Pages

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"plural": self.plural, "add_words": self.add_words}
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        add: bool = False,
        **kwargs: Any,
    ) -> HttpResponse:
        context["plural"] = self.plural
        if add:
            context["title"] = self.add_words
        return super().render_change_form(request, context, *args, add=add, **kwargs)

    def evening_pages(self) -> list[URLPattern]:
        """Pages of an evening that belong to a layer above it: "meetups/event/<id>/calls/"."""
        return []

    # Which rows

    def scoped(self, queryset: models.QuerySet, ids: Set[int] | None) -> models.QuerySet:
        """The rows of these series; None means all."""
        return within(queryset, self.series_path, ids)

    def series_of(self, obj: Any) -> set[int]:
        return series_of(obj, self.series_path)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        ids = rights_of(request).series_ids(VIEW, self.label)
        return self.scoped(super().get_queryset(request), ids)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the list's filters ask; anything else would give answers letter by letter."""
        named = {f"{f}__exact" for f in self.list_filter if isinstance(f, str)}
        own = {getattr(f, "parameter_name", None) for f in self.list_filter}
        return lookup in named | own | set(self.lookups)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        raise Http404

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who did what, by name only where she knows them: others change shared venues too."""
        rights = rights_of(request)
        known = Organizer.objects.all()
        mine = known if rights.everywhere else known.filter(series__in=rights.roles)
        colleagues = {request.user.pk, *mine.values_list("user", flat=True)}
        return super().history_view(request, object_id, {"colleagues": colleagues})

    # Who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights_of(request).may(VIEW, self.label)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(VIEW, request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(ADD, request, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(CHANGE, request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(DELETE, request, obj)

    def _may(self, action: str, request: HttpRequest, obj: Any) -> bool:
        rights = rights_of(request)
        if action in self.closed:
            return False
        if obj is None or obj.pk is None:
            return rights.may(action, self.label)
        # What several series share is deleted only by those who may in all of them.
        ask = rights.may_in_all if action == DELETE else rights.may_in_one
        return ask(action, self.label, self.series_of(obj))

    # Writing

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form: Any = super().get_form(request, *args, **kwargs)
        form.refused = getattr(request, "_refused", None)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Django's page; where a verb refuses, nothing is written and the form says why."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as error:
            refused = error
        except IntegrityError:
            refused = Refused(_("Somebody saved this at the same moment. Look again, then save."))
        request._refused = refused  # type: ignore[attr-defined]
        files: Any = request.FILES
        for file in files.values():
            file.seek(0)
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.stop_strangers(request, obj, CHANGE if change else ADD)
        super().save_model(request, obj, form, change)

    def stop_strangers(self, request: HttpRequest, obj: Any, action: str) -> None:
        """404 unless both the series it leaves and the one it comes to are hers."""
        stored = self.model._base_manager.filter(pk=obj.pk).first() if action == CHANGE else None
        touched = self.series_of(obj) | self.series_of(stored)
        if touched and not rights_of(request).may_in_all(action, self.label, touched):
            log.warning(
                "user %s tried to %s a %s of series %s",
                request.user.pk,
                action,
                self.label,
                touched,
            )
            raise Http404

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        keep_strangers(form)
        super().save_related(request, form, formsets, change)


class SharedAdmin(SeriesAdmin):
    """For what several series may share, venues and speakers: its choices keep it inside."""

    def stop_strangers(self, request: HttpRequest, obj: Any, action: str) -> None:
        """Nothing to do: its list of series is a scoped choice, and may be wider than hers."""


def keep_strangers(form: Any) -> None:
    """What other series attached stays attached: it was not on this form to be ticked."""
    many = {field.name for field in form._meta.model._meta.many_to_many}
    for name in many & set(form.cleaned_data):
        attached = getattr(form.instance, name).all()
        foreign = attached.exclude(pk__in=form.fields[name].queryset.values("pk"))
        form.cleaned_data[name] = [*form.cleaned_data[name], *foreign]


class SeriesInline(Scoped, admin.TabularInline):
    """Rows on their parent's page: whoever may change the parent and has the right to such rows."""

    form = PlainForm
    formfield_overrides = NATIVE_WIDGETS
    extra = 0
    view_on_site = False
    closed: frozenset[str] = frozenset()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(VIEW, request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(ADD, request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(CHANGE, request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(DELETE, request, obj)

    def _may(self, action: str, request: HttpRequest, parent: Any) -> bool:
        rights = rights_of(request)
        if action in self.closed:
            return False
        if parent is None or parent.pk is None:
            return rights.may(action, self.label)
        owner = self.admin_site.get_model_admin(self.parent_model)
        return rights.may_in_one(action, self.label, owner.series_of(parent))


class SeriesFilter(admin.SimpleListFilter):
    """By series, for those who run several; names of others' series are never among the choices."""

    title = Organizer._meta.get_field("series").verbose_name
    parameter_name = "series"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.model_admin = model_admin
        series = model_admin.choices(Organizer._meta.get_field("series").related_model, request)
        found = [(str(one.pk), str(one)) for one in series]
        return found if len(found) > 1 else []

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        number = number_in(self.value())
        return queryset if number is None else self.model_admin.scoped(queryset, {number})


def number_in(text: str | None) -> int | None:
    """The id in a query string; None for anything that cannot be one."""
    return int(text) if text and text.isdecimal() and len(text) < 16 else None
