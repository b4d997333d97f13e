"""Times at which speakers can try their talks: organizers offer them, speakers book."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, number_in
from meetups.admin.verbs import VerbForm
from meetups.models import Event
from meetups.rights import CHANGE
from speakers.models import Rehearsal

# What a speaker who has booked is told of, should it change.
TOLD = frozenset({"date", "time", "minutes", "place", "with_whom"})


class TakenFilter(admin.SimpleListFilter):
    title, parameter_name = _("booked"), "booked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("free", _("free, to come")), ("taken", _("booked"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() == "free":
            return queryset.filter(talk=None, starts_at__gt=timezone.now())
        return queryset.exclude(talk=None) if self.value() == "taken" else queryset


class CallOffVerb(VerbForm):
    name, button, title = "off", _("Call it off"), _("Call this rehearsal off?")
    is_grave = True

    @classmethod
    def fits(cls, subject: Rehearsal) -> bool:
        return subject.talk_id is not None and subject.starts_at > timezone.now()

    def consequence(self) -> str:
        return gettext("The speakers are told by mail and can choose another time. This one goes.")

    def act(self) -> str:
        self.subject.call_off()
        return gettext("The rehearsal is called off, and the speakers are told.")

    def afterwards(self) -> Event:
        return self.subject.event


@admin.register(Rehearsal)
class RehearsalAdmin(SeriesAdmin):
    series_path = "event__series"
    plural, add_words = _("Rehearsals"), _("Offer a time")
    verbs = (CallOffVerb,)
    list_display = ("starts", "event", "booked_for", "with_whom")
    list_filter = (TakenFilter, SeriesFilter)
    list_select_related = ("event", "talk")
    search_fields = ("event__title", "talk__title", "with_whom")
    search_help_text = _("Part of an evening, a talk or a name")
    ordering = ("-starts_at", "-pk")

    @admin.display(description=_("when"), ordering="starts_at")
    def starts(self, rehearsal: Rehearsal) -> str:
        return f"{date_format(rehearsal.date, 'D j M Y')}, {rehearsal.time:%H:%M}"

    @admin.display(description=_("booked for"), ordering="talk__title")
    def booked_for(self, rehearsal: Rehearsal) -> str:
        return str(rehearsal.talk) if rehearsal.talk else gettext("free")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        when = ["event", ("date", "time", "minutes"), "place", "with_whom"]
        return [*when, "booked_for", "notes"] if obj else when

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("event", "booked_for") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """For the evening that was asked for, else for the next one."""
        coming = self.choices(Event, request).filter(starts_at__gt=timezone.now())
        coming = coming.order_by("starts_at", "pk")
        wanted = coming.filter(pk=number_in(request.GET.get("event")) or 0).first()
        event = wanted or coming.first()
        return {"event": event.pk} if event else {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "event":
            coming = kwargs["queryset"].filter(starts_at__gt=timezone.now())
            coming = coming.exclude(status=Event.Status.CANCELLED)
            kwargs["queryset"] = coming.order_by("starts_at", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Rehearsal, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        self.stop_strangers(request, obj, CHANGE)
        if obj.change(form.changed_data, tell=bool(TOLD & set(form.changed_data))):
            messages.info(request, gettext("The speakers are told by mail."))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what nobody booked: the rest is called off, or happened."""
        is_free = obj is None or obj.talk_id is None
        return is_free and super().has_delete_permission(request, obj)
