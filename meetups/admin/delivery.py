"""Messages: what was written to whom, and what became of it. Only to look at."""

from collections.abc import Set
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, SeriesInline, number_in
from meetups.letter_names import letter_name
from meetups.models import Event, Member, Series
from meetups.rights import EVERYTHING, VIEW
from outbox.models import Attempt, Delivery
from people.tokens import SECRET_PATH


def realm_of(series_id: int) -> str:
    return Series(pk=series_id).realm


def nobody_known(value: str | None) -> list[tuple[str, str]]:
    """A choice for what was asked by link and is not ours to name; it finds nothing."""
    return [(value, gettext("not here"))] if value else []


class EveningFilter(admin.SimpleListFilter):
    """Messages about one evening; comes by link from its page."""

    title, parameter_name = _("evening"), "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = number_in(self.value())
        events = model_admin.choices(Event, request).filter(pk=chosen) if chosen else []
        found = [(str(event.pk), str(event)) for event in events]
        return found or nobody_known(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = number_in(self.value())
        return queryset.filter(about__startswith=f"event:{chosen}:") if chosen else queryset


class PersonFilter(admin.SimpleListFilter):
    """Messages to one person; comes by link from her page or her seat."""

    title, parameter_name = _("person"), "contact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = number_in(self.value())
        mine = model_admin.choices(Member, request) if chosen else Member.objects.none()
        found = mine.filter(contact=chosen).select_related("contact")[:1]
        names = [(str(member.contact_id), str(member)) for member in found]
        return names or nobody_known(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = number_in(self.value())
        return queryset.filter(contact=chosen) if chosen else queryset


class AttemptInline(SeriesInline):
    model = Attempt
    closed = EVERYTHING - {VIEW}
    fields = ("n", "started_at", "phase", "code", "text")
    readonly_fields = fields


@admin.register(Delivery)
class DeliveryAdmin(SeriesAdmin):
    closed = EVERYTHING - {VIEW}
    series_path = "realm"
    plural = _("Messages")
    inlines = (AttemptInline,)
    list_display = ("letter", "address", "state", "created_at", "sent_at")
    list_filter = ("state", "message_class", EveningFilter, PersonFilter, SeriesFilter)
    search_fields = ("address", "subject")
    search_help_text = _("Part of an address or a subject")
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    fields = (
        "letter", "address", "state", "message_class", "created_at", "not_before", "not_after",
        "sent_at", "attempts", "error", "message_id", "text",
    )  # fmt: skip
    readonly_fields = fields

    def scoped(self, queryset: QuerySet, ids: Set[int] | None) -> QuerySet:
        """Messages of these series; those of the house (sign-in codes) are nobody's to read."""
        if ids is None:
            return queryset.exclude(realm="")
        return queryset.filter(realm__in=[realm_of(pk) for pk in ids])

    def series_of(self, obj: Delivery) -> set[int]:
        number = number_in(obj.realm.removeprefix("series:"))
        return set() if number is None else {number}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("batch").defer("context")

    @admin.display(description=_("message"), ordering="subject")
    def letter(self, delivery: Delivery) -> str:
        return delivery.subject or letter_name(delivery.template)

    @admin.display(description=_("text"))
    def text(self, delivery: Delivery) -> str:
        """As it left or would leave now, without what opens somebody's seat."""
        try:
            return SECRET_PATH.sub(r"\1…", delivery.render().text)
        except Exception as error:  # whatever a template raises, the page must still show the row
            return gettext("This message cannot be shown: %(error)s") % {"error": error}
