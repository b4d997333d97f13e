"""Reminders in the admin: planned by the program, only to look at."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mailings.models import Reminder
from meetups.admin import SeriesAdmin
from meetups.admin.base import SeriesFilter
from meetups.rights import EVERYTHING, VIEW


@admin.register(Reminder)
class ReminderAdmin(SeriesAdmin):
    series_path = "event__series"
    plural = _("Reminders")
    closed = EVERYTHING - {VIEW}
    list_display = ("evening", "due_at", "planned", "missed", "closed_at")
    list_filter = (SeriesFilter,)
    list_select_related = ("event",)
    search_fields = ("event__title",)
    ordering = ("-due_at", "-pk")
    fields = ("evening", "due_at", "not_after", "planned", "missed", "closed_at")
    readonly_fields = fields

    @admin.display(description=_("evening"), ordering="event__title")
    def evening(self, reminder: Any) -> str:
        return reminder.event.title
