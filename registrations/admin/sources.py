"""Through whom people hear of us: partners, their links, what came of each (needs 55, O28)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesAdmin, VerbForm
from meetups.admin.base import SeriesFilter
from meetups.models import Event, Partner, PromoLink, Series
from meetups.rights import VIEW
from registrations.admin.announcing import announcement_view, event_for
from registrations.admin.attendance import attendance_view, below_series, series_for
from registrations.admin.codes import code_picture
from registrations.attendance.sources import sources_of

LABEL = "meetups.partner"


class LinkForm(VerbForm):
    """A short link to one evening, or to whichever is next; asked for twice, it is the same."""

    name, button, title = "link", _("Make a link"), _("A link for which evening?")

    event = forms.ModelChoiceField(
        Event.objects.none(), label=_("Evening"), required=False, empty_label=_("the next evening")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = evenings_for(self.subject.series)  # type: ignore[attr-defined]

    @classmethod
    def fits(cls, subject: Partner) -> bool:
        """Its page has the choice of evenings and the button beside the links."""
        return False

    def consequence(self) -> str:
        return gettext("It is short enough to be read from a slide. Opening it is only counted.")

    def act(self) -> str:
        chosen = self.cleaned_data["event"]
        link, _created = PromoLink.objects.get_or_create(partner=self.subject, event=chosen)
        return gettext("The link: %(url)s") % {"url": link.public_url}


@admin.register(Partner)
class PartnerAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("Sources"), _("Add a source")
    verbs = (LinkForm,)
    fields = ("series", "name", "kind", "note")
    list_display = ("name", "kind", "opened", "series")
    list_filter = ("kind", SeriesFilter)
    list_select_related = ("series",)
    search_fields = ("name",)
    search_help_text = _("Part of a name")
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(clicks=Sum("links__opened", default=0))

    @admin.display(description=_("opened"), ordering="clicks")
    def opened(self, partner: Any) -> str:
        return str(partner.clicks)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": self.choices(Series, request).first()}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only before it has a link: then somebody may have come by it."""
        is_unused = obj is None or not obj.links.exists()
        return is_unused and super().has_delete_permission(request, obj)

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        found = [source for source in sources_of(obj.series) if source.partner == obj]
        return {
            "links": obj.links.select_related("event").order_by("-event__starts_at", "pk"),
            "evenings": evenings_for(obj.series),
            "source": found[0] if found else None,
        }

    # Pages

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.code_view)
        url = "<int:partner_id>/codes/<int:link_id>.<str:kind>"
        return [path(url, view, name="meetups_partner_code"), *super().get_urls()]

    def evening_pages(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        evening, series = "meetups/event/<int:event_id>/", "meetups/series/<int:series_id>/"
        return [
            path(f"{series}attendance/", view(attendance_view), name="registrations_attendance"),
            path(f"{series}sources/", view(sources_view), name="registrations_sources"),
            path(f"{evening}sources/", view(evening_view), name="registrations_event_sources"),
            path(f"{evening}announcement/", view(announcement_view), name="meetups_announcement"),
        ]

    def code_view(
        self, request: HttpRequest, partner_id: int, link_id: int, kind: str
    ) -> HttpResponse:
        """The link as a QR code to print or to show, as SVG or PNG."""
        partner = self.get_object(request, str(partner_id))
        link = PromoLink.objects.filter(partner=partner, pk=link_id).first() if partner else None
        if link is None or not self.has_view_permission(request, partner):
            raise Http404
        return code_picture(link.public_url, kind, f"{link.code}.{kind}")


def evenings_for(series: Series) -> Any:
    """The evenings that a link may lead to: those to come."""
    to_come = series.events.exclude(status=Event.Status.CANCELLED)
    return to_come.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")


def sources_view(request: HttpRequest, series_id: int) -> HttpResponse:
    """What came of all the ways to us, over all evenings."""
    series = series_for(request, series_id, VIEW, LABEL)
    page = {"sources": sources_of(series)}
    return below_series(request, series, "sources", gettext("Where people come from"), page)


def evening_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """The same for one evening, with each partner's link to it."""
    event = event_for(request, event_id)
    links = {link.partner_id: link for link in event.promo_links.all()}
    sources = sources_of(event.series, event)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Where people come from"),
        "opts": Event._meta,
        "object": event,
        "event": event,
        "rows": [
            (source, links.get(source.partner.pk if source.partner else 0)) for source in sources
        ],
        "may_link": not event.is_over and not event.is_cancelled,
    }
    return TemplateResponse(request, "admin/meetups/event/sources.html", context)
