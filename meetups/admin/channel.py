"""The ways out of the house: how fast each may go, and when it stood still."""

from collections.abc import Set
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin
from meetups.admin.verbs import VerbForm
from meetups.models import Refused
from meetups.rights import ADD, CHANGE, DECIDE, DELETE, rights_of
from outbox.models import Channel, Pause

SHOWN_PAUSES = 10


class TryNowForm(VerbForm):
    """Ends a pause before its time: the cause is mended, or she wants to see whether it is."""

    name, button, title = "try", _("Try now"), _("Try this channel now?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Channel) -> bool:
        return subject.is_paused

    def consequence(self) -> str:
        return gettext(
            "What waits is tried at once. If that fails again, the channel pauses again by itself."
        )

    def act(self) -> str:
        if not self.subject.is_paused:
            raise Refused(gettext("This channel is not paused any more."))
        self.subject.resume()
        return gettext("The channel is tried now.")


@admin.register(Channel)
class ChannelAdmin(SeriesAdmin):
    """Channels belong to the house: whoever runs a series sees them, superusers set the pace."""

    series_path = ""
    plural = _("Channels")
    closed = frozenset({ADD, DELETE})
    verbs = (TryNowForm,)
    list_display = ("label_of", "rate", "standing")
    ordering = ("name",)
    fields = ("label_of", "rate", "standing")
    readonly_fields = ("label_of", "standing")

    def scoped(self, queryset: QuerySet, ids: Set[int] | None) -> QuerySet:
        """All of them, for everybody who has the right to any: they are nobody's own."""
        return queryset if ids is None or ids else queryset.none()

    def series_of(self, obj: Channel) -> set[int]:
        return set()

    def _may(self, action: str, request: HttpRequest, obj: Any) -> bool:
        rights = rights_of(request)
        if action in self.closed:
            return False
        return rights.everywhere if action == CHANGE else rights.may(action, self.label)

    @admin.display(description=_("channel"), ordering="name")
    def label_of(self, channel: Channel) -> str:
        return str(channel)

    @admin.display(description=_("state"))
    def standing(self, channel: Channel) -> str:
        if not channel.is_paused or channel.paused_until is None:
            return gettext("open")
        until = date_format(localtime(channel.paused_until), "H:i")
        return gettext("paused, next try %(time)s") % {"time": until}

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"pauses": Pause.objects.filter(channel=obj.name)[:SHOWN_PAUSES]}
