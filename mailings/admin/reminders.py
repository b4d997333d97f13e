"""Reminders in the admin: what became of each, and the page on which one is changed."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailings.admin.calls import call_list
from mailings.admin.evenings import evening_for
from mailings.models import Reminder, ReminderPlan
from mailings.reminding import as_it_would_leave, entry_of, send_to_herself
from mailings.templatetags.words import unknown_places
from meetups.admin import SeriesAdmin
from meetups.admin.base import NATIVE_WIDGETS, PlainForm, SeriesFilter
from meetups.models import Event, Refused
from meetups.rights import CHANGE, EVERYTHING, VIEW
from people.tokens import SECRET_PATH

State = ReminderPlan.State


class ReminderForm(PlainForm):
    class Meta:
        model = ReminderPlan
        fields = ["days_before", "at", "subject", "words", "by_phone"]
        widgets = {
            "at": NATIVE_WIDGETS[type(ReminderPlan._meta.get_field("at"))]["widget"],
            "words": NATIVE_WIDGETS[type(ReminderPlan._meta.get_field("words"))]["widget"],
        }

    def clean_words(self) -> str:
        return self._known("words")

    def clean_subject(self) -> str:
        return self._known("subject")

    def _known(self, name: str) -> str:
        words = self.cleaned_data[name]
        for place in unknown_places(words):
            sentence = gettext("Nothing fills {%(place)s} in. Write it without braces.")
            self.add_error(name, sentence % {"place": place})
        return words


@admin.register(Reminder)
class ReminderAdmin(SeriesAdmin):
    series_path = "event__series"
    plural = _("Reminders")
    closed = EVERYTHING - {VIEW}
    list_display = ("evening", "kind", "due_at", "planned", "missed", "closed_at")
    list_filter = (SeriesFilter,)
    list_select_related = ("event",)
    search_fields = ("event__title",)
    ordering = ("-due_at", "-pk")
    fields = ("evening", "kind", "due_at", "not_after", "planned", "missed", "closed_at")
    readonly_fields = fields

    @admin.display(description=_("evening"), ordering="event__title")
    def evening(self, reminder: Any) -> str:
        return reminder.event.title

    def evening_pages(self) -> list[URLPattern]:
        door, evening = self.admin_site.admin_view, "meetups/event/<int:event_id>"
        plan, calls = f"{evening}/reminders/<str:kind>/", f"{evening}/calls/"
        return [
            path(plan, door(self.plan_view), name="mailings_reminder_plan"),
            path(calls, door(self.calls_view), name="mailings_calls"),
        ]

    def calls_view(self, request: HttpRequest, event_id: int) -> HttpResponse:
        """The call list of the evening."""
        return call_list(request, event_id, self)

    def plan_view(self, request: HttpRequest, event_id: int, kind: str) -> HttpResponse:
        """Change one reminder, see it as a guest gets it, pause it, leave it out."""
        event = evening_for(request, event_id, CHANGE, self.label)
        if kind not in ReminderPlan.Kind.values:
            raise Http404
        plan = ReminderPlan.objects.of(event, kind)
        if request.POST.get("turn") in State.values:
            return self._turn(request, plan, request.POST["turn"])
        form = ReminderForm(request.POST or None, instance=plan)
        if request.method == "POST" and form.is_valid() and self._acted(request, form, plan):
            return redirect(request.path)
        return self._page(request, event, form, plan)

    def _acted(self, request: HttpRequest, form: ReminderForm, plan: ReminderPlan) -> bool:
        """Whether it was kept; else the form is shown again, with the letter as it would be."""
        if "try" in request.POST:
            user: Any = request.user
            send_to_herself(plan, user)
            words = gettext("It is on its way to %(email)s. Nothing is saved yet.")
            messages.success(request, words % {"email": user.email})
            return False
        if "look" in request.POST:
            return False
        try:
            plan.change()
        except Refused as refused:
            form.add_error(None, refused)
            return False
        self._note(request, plan, gettext("The reminder is saved."))
        return True

    def _turn(self, request: HttpRequest, plan: ReminderPlan, state: str) -> HttpResponse:
        moved = plan.turn(state)
        done = {
            State.ON: gettext("It leaves by itself."),
            State.PAUSED: gettext("It is paused: nothing leaves until you go on."),
            State.OFF: gettext("It is left out."),
        }[State(state)]
        if moved and state == State.ON:
            waiting = ngettext("%d message goes on.", "%d messages go on.", moved)
        else:
            waiting = ngettext("%d message is kept back.", "%d messages are kept back.", moved)
        self._note(request, plan, f"{done} {waiting % moved}" if moved else done)
        return redirect(request.path)

    def _note(self, request: HttpRequest, plan: ReminderPlan, sentence: str) -> None:
        self.log_change(request, plan.event, f"{plan.name}: {sentence}")
        messages.success(request, sentence)

    def _page(
        self, request: HttpRequest, event: Event, form: ReminderForm, plan: ReminderPlan
    ) -> HttpResponse:
        stored = ReminderPlan.objects.of(Event.objects.get(pk=event.pk), plan.kind)
        letter = as_it_would_leave(plan)
        context = {
            **self.admin_site.each_context(request),
            "title": plan.name,
            "object": event,
            "opts": self.opts,
            "form": form,
            "plan": stored,
            "entry": entry_of(stored),
            "subject": letter.subject,
            "text": SECRET_PATH.sub(r"\1…", letter.text),
        }
        return TemplateResponse(request, "admin/mailings/reminder/plan.html", context)
