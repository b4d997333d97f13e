"""People to ask in the admin: how far each has come, and the funnel by origin (needs 89, 93)."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, SeriesForm
from meetups.models import Series
from people.models import normalized_email
from speakers.admin.funnel_filters import AddedFilter
from speakers.admin.scouting_verbs import ContactForm, InviteForm, NoForm
from speakers.admin.series_sight import SeriesSight
from speakers.funnel import YEAR, talk_funnel, ways
from speakers.models import Lead

# Whom to write to comes first, whom nothing is left to ask last.
IN_ORDER = Case(*[When(state=state, then=n) for n, state in enumerate(Lead.State.values)])


class LeadForm(SeriesForm):
    class Meta:
        model = Lead
        fields = [
            "series", "name", "email", "where_from", "about", "topic", "state", "last_contact",
            "notes",
        ]  # fmt: skip

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        return normalized_email(email) if email else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        series = data.get("series") or (self.instance.series if self.instance.pk else None)
        if series is None:
            return data
        others = Lead.objects.filter(series=series).exclude(pk=self.instance.pk)
        if data.get("email") and others.filter(email__iexact=data["email"]).exists():
            self.add_error("email", gettext("This person is on the list already."))
        if data.get("topic") and data["topic"].series_id != series.pk:
            self.add_error("topic", gettext("This topic belongs to another series."))
        if data.get("last_contact") and data["last_contact"] > Lead(series=series).today:
            self.add_error("last_contact", ValidationError(gettext("This day is still to come.")))
        return data


@admin.register(Lead)
class LeadAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("People to ask"), _("Add a person to ask")
    form = LeadForm
    verbs = (InviteForm, ContactForm, NoForm)
    list_display = ("name", "state", "last_contact", "speaks_about", "where_from")
    list_filter = ("state", AddedFilter, SeriesFilter)
    list_select_related = ("topic",)
    search_fields = ("name", "email", "where_from", "about", "notes")
    search_help_text = _("Part of a name, an address, a topic or the notes")
    # Of each state, those nobody has spoken to for longest.
    ordering = (IN_ORDER, F("last_contact").asc(nulls_first=True), "created_at", "pk")

    @admin.display(description=_("could speak about"), ordering="about")
    def speaks_about(self, lead: Lead) -> str:
        return lead.about or str(lead.topic or "")

    def get_urls(self) -> list[URLPattern]:
        funnel = path(
            "funnel/", self.admin_site.admin_view(self.funnel_view), name="speakers_lead_funnel"
        )
        return [funnel, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        later = ("state", "last_contact")
        return [name for name in LeadForm.Meta.fields if obj or name not in later]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": self.choices(Series, request).first()}

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "invitation_url": f"{settings.PUBLIC_URL}{obj.get_absolute_url()}",
            "proposals": obj.proposals.sent_in(),
        }

    def funnel_view(self, request: HttpRequest) -> HttpResponse:
        """Which way brings speakers: from the first word to the evening, by origin (need 89)."""
        sight = SeriesSight(request, self.label)
        period = YEAR if request.GET.get("since") == YEAR else ""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Where speakers come from"),
            "opts": self.opts,
            "plural": self.plural,
            "sight": sight,
            "period": period,
            "origins": talk_funnel(sight.ids, period),
            "steps": ways(sight.ids, period),
        }
        return TemplateResponse(request, "admin/speakers/lead/funnel.html", context)
