"""People that a series knows, with what they agreed to and what was written to them."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter
from meetups.admin.erasing import ErasePerson
from meetups.admin.people_form import MemberForm
from meetups.admin.people_quick import quick_view
from meetups.admin.people_verbs import AllowAgainForm, blocks_of
from meetups.admin.subscriptions import StopWriting, SubscriptionInline
from meetups.models import Member, Series
from meetups.rights import DELETE, VIEW, rights_of


@admin.register(Member)
class MemberAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("People"), _("Add a person")
    # Removing her would remove the proof that she said no; erasing a person is another matter.
    closed = frozenset({DELETE})
    form = MemberForm
    inlines = (SubscriptionInline,)
    verbs = (AllowAgainForm, StopWriting, ErasePerson)
    list_display = ("who", "address", "tags", "source", "first_met", "series")
    list_filter = (SeriesFilter,)
    list_select_related = ("contact", "series")
    search_fields = ("contact__name", "contact__email", "tags")
    search_help_text = _("Part of a name, an address or a tag")
    ordering = ("-first_met", "-pk")
    show_full_result_count = False
    readonly_fields = ("first_met",)
    fieldsets = (
        (None, {"fields": ["series", "name", "email"]}),
        (
            _("How this person is reached"),
            {"fields": [("channel", "time_zone"), ("phone", "messenger")]},
        ),
        (_("Our notes"), {"fields": ["source", "tags", "notes", "first_met"]}),
    )

    @admin.display(description=_("name"), ordering="contact__name")
    def who(self, member: Member) -> str:
        return str(member.contact)

    @admin.display(description=_("e-mail"), ordering="contact__email")
    def address(self, member: Member) -> str:
        return member.contact.email

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series", "first_met") if obj else ("first_met",)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": self.choices(Series, request).first(), "source": gettext("by hand")}

    def get_urls(self) -> list[URLPattern]:
        quick = self.admin_site.admin_view(partial(quick_view, model_admin=self))
        return [path("quick/", quick, name="meetups_member_quick"), *super().get_urls()]

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        ids = rights_of(request).series_ids(VIEW, self.label)
        seats = obj.contact.registrations.select_related("event").order_by("-event__starts_at")
        return {
            "blocks": blocks_of(obj.contact),
            "seats": seats if ids is None else seats.filter(event__series__in=ids),
        }
