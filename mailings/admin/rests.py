"""Channels that rest for a line, and their end."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailings.models import Rest
from meetups.admin import SeriesAdmin, VerbForm
from meetups.admin.base import SeriesFilter
from meetups.rights import ADD, CHANGE, DECIDE, DELETE


class LiftRest(VerbForm):
    """News may leave on the channel again."""

    name = "lift"
    button = gettext_lazy("Lift the rest")
    title = gettext_lazy("Lift the rest?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Rest) -> bool:
        return subject.ended_at is None

    def consequence(self) -> str:
        return _(
            "%(annoyed)d of %(asked)d people said that these messages annoy them. From now on "
            "news leaves this way again; only new answers count. What was taken back stays so."
        ) % {"annoyed": self.subject.annoyed, "asked": self.subject.asked}

    def act(self) -> str:
        self.subject.lift()
        return _("Lifted: news leaves this way again.")


@admin.register(Rest)
class RestAdmin(SeriesAdmin):
    series_path = "series"
    plural = gettext_lazy("Channels that rest")
    # It begins by what people answer and ends by its verb.
    closed = frozenset({ADD, CHANGE, DELETE})
    verbs = (LiftRest,)
    list_display = ("what", "channel", "since", "annoyed", "asked", "ended_at")
    list_filter = (SeriesFilter,)
    list_select_related = ("series", "line")
    search_fields = ("series__name", "line__name")
    search_help_text = gettext_lazy("Part of the name of a series or a line")
    ordering = ("-since", "-pk")
    fields = ("series", "line", "channel", "since", "asked", "annoyed", "ended_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("news of"))
    def what(self, rest: Any) -> str:
        return str(rest.line or rest.series)
