"""Calls for talks in the admin: what a series looks for, by when, and telling all at once."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesAdmin, SeriesInline, VerbForm
from meetups.admin.base import SeriesFilter, number_in
from meetups.admin.short_names import ShortNameForm
from meetups.models import Event, Series
from meetups.rights import DECIDE
from meetups.walltime import place_of_zone
from speakers.admin.wording import will_be_said
from speakers.models import Call, Criterion, Format, Proposal, Review


class CallForm(ShortNameForm):
    named_after, fallback_name = "title", "call"

    class Meta:
        model = Call
        exclude: list[str] = []
        help_texts = {"slug": _("Empty: made from the title.")}


# Told by one click; the others follow with the next one.
MOST_AT_ONCE = 200


class TellAllForm(VerbForm):
    """All who do not know yet how it stands, to be told at once, or some of them (lesson 4)."""

    name, button, title = "tell", _("Tell the speakers"), _("Tell them how it stands?")
    needs = DECIDE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owed = Proposal.objects.owed().filter(call=self.subject).order_by("submitted_at", "pk")
        related = owed.select_related("call__series", "talk__slot__event", "told_event")
        first = related.prefetch_related("parts__speaker")[:MOST_AT_ONCE]
        self.owed = {str(one.pk): one for one in first}
        self.fields["whom"] = forms.MultipleChoiceField(
            label=_("Who is told what"),
            choices=[(pk, _line(proposal)) for pk, proposal in self.owed.items()],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Tick those who are to be told.")},
        )
        self.initial["whom"] = list(self.owed)
        if not self.owed:
            del self.fields["whom"]

    @classmethod
    def fits(cls, subject: Call) -> bool:
        return Proposal.objects.owed().filter(call=subject).exists()

    def consequence(self) -> str:
        if not self.owed:
            return gettext("All speakers of this call know how their proposals stand.")
        return ngettext(
            "Each speaker of %d proposal gets one letter that says how it stands now.",
            "Each speaker of %d proposals gets one letter that says how it stands now.",
            len(self.owed),
        ) % len(self.owed)

    def act(self) -> str:
        chosen = [self.owed[pk] for pk in self.cleaned_data.get("whom", [])]
        told = sum(proposal.release() for proposal in chosen)
        proposals = ngettext("%d proposal:", "%d proposals:", len(chosen)) % len(chosen)
        people = ngettext("%d person is written to.", "%d people are written to.", told) % told
        return f"{proposals} {people}"


def _line(proposal: Proposal) -> str:
    who = ", ".join(str(part.speaker) for part in proposal.parts.all() if part.accepted_at)
    words = {"title": proposal.title, "who": who, "words": will_be_said(proposal)}
    return gettext("“%(title)s”, %(who)s: %(words)s") % words


class FormatInline(SeriesInline):
    model = Format
    fields = ("position", "name", "minutes")


class CriterionInline(SeriesInline):
    model = Criterion
    fields = ("position", "name", "weight")


@admin.register(Call)
class CallAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("Calls for talks"), _("Add a call for talks")
    form = CallForm
    inlines = (FormatInline, CriterionInline)
    verbs = (TellAllForm,)
    list_display = ("title", "when", "came_in", "to_answer", "series")
    list_filter = (SeriesFilter,)
    list_select_related = ("series", "event")
    search_fields = ("title", "scope")
    search_help_text = _("Part of a title")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        sent_in = ~Q(proposals__state=Proposal.State.DRAFT)
        waits = Q(proposals__state=Proposal.State.SUBMITTED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                number=Count("proposals", filter=sent_in),
                waiting=Count("proposals", filter=waits),
            )
        )

    @admin.display(description=_("open"), ordering="closes_at")
    def when(self, call: Call) -> str:
        if call.is_off:
            return gettext("its evening is off or over")
        if call.opens_at and call.opens_at > timezone.now():
            return gettext("not open yet")
        if call.is_standing:
            return gettext("standing")
        style = "j M Y, H:i"
        closes = date_format(timezone.localtime(call.closes_at, call.series_zone), style)
        words = gettext("until %(when)s") if call.is_open else gettext("closed, %(when)s")
        return words % {"when": f"{closes} ({place_of_zone(call.series.time_zone)})"}

    @admin.display(description=_("proposals"), ordering="number")
    def came_in(self, call: Any) -> int:
        return call.number

    @admin.display(description=_("to be answered"), ordering="waiting")
    def to_answer(self, call: Any) -> int:
        return call.waiting

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series",) if obj else ()  # proposals and their evenings belong to it

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj else []  # a new one is furnished with the usual ones

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        zone = place_of_zone(obj.series.time_zone) if obj else gettext("the series")
        clocks = gettext("By the clocks of %(zone)s; speakers read so, too.") % {"zone": zone}
        when = ["opens_on", ("closes_on", "closes_time"), "answer_days"]
        return [
            (None, {"fields": ["series", "title", "scope", "event"]}),
            (_("When"), {"fields": when, "description": clocks}),
            (_("Who decides"), {"fields": ["who_decides", "without_names"]}),
            (
                _("Once a talk is accepted"),
                {
                    "fields": [
                        ("confirm_days", "offer_hours"),
                        ("profile_days", "slides_days"),
                        ("rehearsal_days", "arrival_days"),
                    ]
                },
            ),
            (_("Link"), {"fields": ["slug"]}),
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "event":
            coming = kwargs["queryset"].filter(ends_at__gt=timezone.now())
            kwargs["queryset"] = coming.exclude(status=Event.Status.CANCELLED).order_by("starts_at")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """For the series that was asked for, else for the first."""
        found = self.choices(Series, request)
        series = found.filter(pk=number_in(request.GET.get("series")) or 0).first() or found.first()
        return {"series": series.pk, "title": gettext("Talks wanted")} if series else {}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        call = cast(Call, form.instance)
        if not change:
            call.furnish()
        elif any(formset.model is Criterion and formset.has_changed() for formset in formsets):
            Review.objects.weigh_again(call)

    def response_post_save_add(self, request: HttpRequest, obj: Call) -> HttpResponseRedirect:
        """Stay on the new call: it has the usual formats and criteria, to be looked at."""
        messages.info(request, gettext("It has the usual formats and criteria: have a look."))
        return redirect("admin:speakers_call_change", obj.pk)

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "untold": Proposal.objects.owed().filter(call=obj).count(),
        }
