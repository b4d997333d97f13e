"""Evenings: one screen to make one, verbs to publish, move and cancel it, and how it stands."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Max, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.agenda import PictureInline, SlotInline
from meetups.admin.base import SeriesAdmin, SeriesFilter, number_in
from meetups.admin.event_form import EventForm
from meetups.admin.event_verbs import CancelForm, MoveForm, PublishForm, people_told
from meetups.models import Event, Picture, Series
from meetups.on_the_day import is_on_the_day
from meetups.rights import ADD, CHANGE, EXPORT, VIEW, rights_of
from outbox.models import Delivery


class WhenFilter(admin.SimpleListFilter):
    title, parameter_name = _("when"), "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("coming", _("to come")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        spans = {"coming": {"ends_at__gt": now}, "over": {"ends_at__lte": now}}
        return queryset.filter(**spans.get(self.value() or "", {}))


@admin.register(Event)
class EventAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("Evenings"), _("Add an evening")
    form = EventForm
    inlines = (SlotInline, PictureInline)
    verbs = (PublishForm, MoveForm, CancelForm)
    list_display = ("title", "when", "seats", "status", "series")
    list_filter = (WhenFilter, "status", SeriesFilter)
    list_select_related = ("series",)
    search_fields = ("title", "tagline", "slug")
    search_help_text = _("Part of a title")
    ordering = ("-starts_at", "-pk")

    @admin.display(description=_("when"), ordering="starts_at")
    def when(self, event: Event) -> str:
        local = event.local_start
        return f"{date_format(local, 'D j M Y')}, {local:%H:%M}"

    @admin.display(description=_("seats"), ordering="seats_taken")
    def seats(self, event: Event) -> str:
        """Seats taken, "57 of 80", and the same online where there are such seats."""
        ways = [self._seats(event, mode) for mode in event.modes]
        return " · ".join(ways)

    def _seats(self, event: Event, mode: str) -> str:
        limit, taken = event.limit(mode), event.taken(mode)
        if limit is None:
            text = gettext("%(taken)d taken") % {"taken": taken}
        else:
            text = gettext("%(taken)d of %(limit)d") % {"taken": taken, "limit": limit}
        return f"{text} {gettext('online')}" if mode == Event.Mode.ONLINE else text

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An evening stays in its series: its seats, messages and links belong there.
        return ("series",) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        when: dict[str, Any] = {"fields": [("date", "time", "minutes"), "time_known", "zone"]}
        if obj and (told := people_told(obj)):
            when["classes"] = ["warns"]
            when["description"] = ngettext(
                "A change of date, start, venue or room is told to %d person by mail.",
                "A change of date, start, venue or room is told to %d people by mail.",
                told,
            ) % told  # fmt: skip
        sets: list[tuple[Any, Any]] = [
            (None, {"fields": ["series", "title", "tagline"]}),
            (_("When"), when),
            (_("Where"), {"fields": ["mode", ("venue", "room"), "getting_in", "online_url"]}),
            (
                _("Seats"),
                {"fields": [("capacity", "online_capacity"), "guests_allowed", "approval"]},
            ),
            (
                _("What it is about"),
                {"fields": ["description", "level", "language", "line", "cycle", "slug"]},
            ),
            (_("For ourselves"), {"fields": ["purpose", "wanted_outcome"]}),
        ]
        if obj and obj.starts_at <= timezone.now():
            sets.insert(1, (_("Afterwards"), {"fields": ["came", "list_is_partial", "recap"]}))
        return sets

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The usual evening of the series that was asked for, else of the one last active."""
        series = self.choices(Series, request)
        wanted = series.filter(pk=number_in(request.GET.get("series")) or 0).first()
        latest = F("last").desc(nulls_last=True)
        active = series.annotate(last=Max("events__starts_at")).order_by(latest, "pk")
        chosen = wanted or active.first()
        if chosen is None:
            return {}
        return {
            "series": chosen.pk,
            "time": chosen.usual_time,
            "minutes": chosen.usual_minutes,
            "venue": chosen.usual_venue_id,
            "zone": chosen.time_zone,
            "language": chosen.language,
        }

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        told = form.save_changes()
        if told:
            sentence = ngettext("%d person is told by mail.", "%d people are told by mail.", told)
            messages.info(request, sentence % told)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for gone in formset.deleted_objects:
            if isinstance(gone, Picture):
                gone.file.delete(save=False)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        event = Event.objects.get(pk=form.instance.pk)
        if event.venue:
            event.series.venues.add(event.venue)
        event.reindex()

    def response_post_save_add(self, request: HttpRequest, obj: Event) -> HttpResponseRedirect:
        """Stay on the new evening: it still waits to be published."""
        return redirect("admin:meetups_event_change", obj.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Only drafts: whatever was announced is cancelled, and stays as history."""
        is_draft = obj is None or obj.status == Event.Status.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What was only planned for a draft goes along with it."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        registered: Any = self.admin_site._registry.values()
        along = {admin.opts.verbose_name for admin in registered if admin.goes_along}
        return found, counts, missing - along, protected

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """How the evening stands, in the head of its page."""
        event: Event = obj
        rights, mine = rights_of(request), [event.series_id]
        letters = Delivery.objects.filter(
            realm=event.series.realm, about__startswith=f"event:{event.pk}:"
        )
        return {
            "is_on_the_day": is_on_the_day(event),
            "letters": letters.count(),
            "failed_letters": letters.filter(state__in=["failed", "bounced", "unknown"]).count(),
            "may_export": rights.may_in_one(VIEW, EXPORT, mine),
            "may_call": rights.may_in_one(CHANGE, "mailings.phonecall", mine),
            "may_read_feedback": rights.may_in_one(VIEW, "registrations.feedback", mine),
            "may_plan": rights.may_in_one(VIEW, "mailings.wave", mine),
            "may_add_guests": rights.may_in_one(ADD, "registrations.registration", mine),
        }
