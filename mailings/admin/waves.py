"""Messages to many in the admin: made, moved and worded here, let go by verbs."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from mailings.admin.permission import permission_view
from mailings.admin.planner import messages_view
from mailings.admin.preview import letter_view, preview_view
from mailings.admin.wave_form import WaveForm, usual_of
from mailings.admin.wave_people import people_view
from mailings.admin.wave_verbs import VERBS
from mailings.models import Wave
from mailings.progress import progress_of
from mailings.reach import reach
from mailings.timeline import entry_of
from meetups.admin.base import SeriesAdmin, SeriesFilter, number_in
from meetups.models import Event
from meetups.rights import DELETE

FIELDSETS: list[tuple[Any, Any]] = [
    (None, {"fields": ["event", "purpose"]}),
    (_("When"), {"fields": [("day", "at"), "anyway"]}),
    (_("For whom"), {"fields": ["audience", "line", "channel"]}),
    (_("What it says"), {"fields": ["subject", "text"]}),
]

PAGES: dict[str, Any] = {"people": people_view, "preview": preview_view, "letter": letter_view}


@admin.register(Wave)
class WaveAdmin(SeriesAdmin):
    series_path = "event__series"
    plural, add_words = _("Messages to many"), _("Add a message")
    # What was promised or said is history; a message ends by being cancelled.
    closed = frozenset({DELETE})
    goes_along = True
    form = WaveForm
    verbs = VERBS
    list_display = ("name", "event", "due_at", "audience", "state", "planned", "held")
    list_filter = ("state", "purpose", SeriesFilter)
    list_select_related = ("event",)
    search_fields = ("event__title", "subject")
    search_help_text = _("Part of a title or a subject")
    ordering = ("-due_at", "-pk")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        return FIELDSETS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        # What has left stays as it was said.
        is_open = obj.state in Wave.TO_COME and not obj.started_at
        fixed = ("event", "purpose")
        return fixed if is_open else (*fixed, *_names_of(FIELDSETS))

    def day(self, wave: Wave) -> Any:
        return wave.day

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The usual moment and audience of what the link asks for."""
        asked = request.GET
        event = self.choices(Event, request).filter(pk=number_in(asked.get("event")) or 0).first()
        if event is None:
            return {}
        purpose = asked.get("purpose", "")
        kind = purpose if purpose in Wave.Purpose.values else Wave.Purpose.NOTE
        is_invitation = kind == Wave.Purpose.INVITATION
        number = Wave(event=event).free_number() if is_invitation and _has_free(event) else None
        audience = "followers" if is_invitation else asked.get("audience", "registered")
        return usual_of(event, kind, number) | {"audience": audience}

    def save_model(self, request: HttpRequest, obj: Wave, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        self.stop_strangers(request, obj, "change")
        obj.rewrite(form.changes())

    # Pages

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:wave_id>/{name}/",
                self.admin_site.admin_view(partial(view, model_admin=self)),
                name=f"mailings_wave_{name}",
            )
            for name, view in PAGES.items()
        ]
        return own + super().get_urls()

    def evening_pages(self) -> list[URLPattern]:
        """The line of all messages of one evening."""
        door = self.admin_site.admin_view
        url = "meetups/event/<int:event_id>/messages/"
        ask = "meetups/series/<int:series_id>/permission/"
        return [
            path(url, door(messages_view), name="mailings_event_messages"),
            path(ask, door(permission_view), name="mailings_permission"),
        ]

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        is_to_come = obj.state in Wave.TO_COME and not obj.started_at
        numbers = reach(obj) if is_to_come else None
        return {"entry": entry_of(obj, numbers, progress_of([obj])[obj.pk])}

    def verb_view(self, request: HttpRequest, object_id: str, verb: Any) -> HttpResponse:
        """After a verb one is back on the line, where its message stands among the others."""
        answer = super().verb_view(request, object_id, verb)
        if isinstance(answer, HttpResponseRedirect):
            wave: Any = self.get_object(request, object_id)
            return redirect(line_of(wave))
        return answer

    def response_post_save_change(self, request: HttpRequest, obj: Wave) -> HttpResponseRedirect:
        return redirect(line_of(obj))

    def response_post_save_add(self, request: HttpRequest, obj: Wave) -> HttpResponseRedirect:
        return redirect(line_of(obj))


def line_of(wave: Wave) -> str:
    """The page with all messages of its evening."""
    return reverse("admin:mailings_event_messages", args=[wave.event_id])


def _has_free(event: Event) -> bool:
    return event.waves.invitations().count() < 2


def _names_of(fieldsets: list[tuple[Any, Any]]) -> list[str]:
    names: list[str] = []
    for _name, options in fieldsets:
        for one in options["fields"]:
            names += one if isinstance(one, tuple) else [one]
    return names
