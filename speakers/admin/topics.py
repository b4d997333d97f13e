"""Topics in the admin: what people want to hear, interviews, and needs against audiences."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, SeriesInline
from meetups.models import Series
from meetups.rights import ADD, CHANGE, rights_of
from speakers.admin.scouting_verbs import AskForm, NotNowForm, ScopeForm, ShowForm
from speakers.admin.series_sight import SeriesSight
from speakers.forms.interview import InterviewForm
from speakers.matrix import matrix
from speakers.models import Topic, Voice


class EyeFilter(admin.SimpleListFilter):
    """Whether visitors see it."""

    title, parameter_name = _("seen by"), "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("everybody")), ("us", _("us alone"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        shown = queryset.model.objects.shown().values("pk")
        if self.value() == "all":
            return queryset.filter(pk__in=shown)
        return queryset.exclude(pk__in=shown) if self.value() == "us" else queryset


class InterviewInline(SeriesInline):
    """What was said in interviews; votes are the voters' own and only counted."""

    model = Voice
    fields = ("audience", "note", "at")
    readonly_fields = ("at",)
    verbose_name_plural = _("voices from interviews")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        voices = super().get_queryset(request).select_related("topic")
        return voices.filter(source=Voice.Source.INTERVIEW).order_by("-at", "-pk")


@admin.register(Topic)
class TopicAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("Topics"), _("Add a topic")
    inlines = (InterviewInline,)
    verbs = (ShowForm, ScopeForm, AskForm, NotNowForm)
    actions = ("show_all", "put_aside")
    fields = ("series", "title", "text")
    list_display = ("title", "voices", "state", "seen")
    list_filter = ("state", EyeFilter, SeriesFilter)
    search_fields = ("title", "text")
    search_help_text = _("Part of a topic")

    def get_ordering(self, request: HttpRequest) -> Any:
        """The most wanted first; as an expression, for the count comes later (get_queryset)."""
        return (F("count").desc(), "created_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("voices"))

    @admin.display(description=_("voices"), ordering="count")
    def voices(self, topic: Any) -> str:
        return str(topic.count)

    @admin.display(description=_("seen by"))
    def seen(self, topic: Topic) -> str:
        return gettext("everybody") if topic.is_shown else gettext("us alone")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": self.choices(Series, request).first()}

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj else []

    # Verbs on many

    @admin.action(description=_("Show to all"), permissions=["change"])
    def show_all(self, request: HttpRequest, topics: QuerySet) -> None:
        self._each(request, topics, Topic.show, gettext("shown to all"))

    @admin.action(description=_("Not now"), permissions=["change"])
    def put_aside(self, request: HttpRequest, topics: QuerySet) -> None:
        self._each(request, topics, Topic.put_aside, gettext("put aside"))

    def _each(
        self, request: HttpRequest, topics: Any, verb: Callable[[Topic], None], word: str
    ) -> None:
        mine = self.scoped(topics, rights_of(request).series_ids(CHANGE, self.label))
        chosen = list(mine)
        for topic in chosen:
            verb(topic)
            self.log_change(request, topic, word)
        sentence = ngettext("%(n)d topic: %(done)s.", "%(n)d topics: %(done)s.", len(chosen))
        messages.success(request, sentence % {"n": len(chosen), "done": word})

    # Pages

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("matrix/", view(self.matrix_view), name="speakers_topic_matrix"),
            path("interview/", view(self.interview_view), name="speakers_topic_interview"),
            *super().get_urls(),
        ]

    def matrix_view(self, request: HttpRequest) -> HttpResponse:
        """Needs against audiences (need 92)."""
        sight = SeriesSight(request, self.label)
        source = request.GET.get("source", "")
        source = source if source in Voice.Source.values else ""
        rising = request.GET.get("sort") == "total"
        page = {
            "matrix": matrix(sight.ids, source, rising),
            "source": source,
            "sources": Voice.Source.choices,
            "rising": rising,
            "many": sight.is_choice and not sight.chosen,
        }
        return self._page(request, sight, "matrix", gettext("Who needs what"), page)

    def interview_view(self, request: HttpRequest) -> HttpResponse:
        """Write down what one person needs, then the next one."""
        sight = SeriesSight(request, self.label)
        if not sight.series:
            raise Http404
        series = sight.chosen or sight.series[0]
        if not rights_of(request).may_in_one(ADD, "speakers.voice", [series.pk]):
            raise Http404
        form = InterviewForm(series, request.POST or None)
        if request.method == "POST" and form.is_valid():
            messages.success(request, _counted(form.save()))
            return redirect(f"{reverse('admin:speakers_topic_interview')}?series={series.pk}")
        page = {"form": form, "one": series}
        return self._page(request, sight, "interview", gettext("Interview"), page)

    def _page(
        self, request: HttpRequest, sight: SeriesSight, name: str, title: str, page: dict[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "plural": self.plural,
            "sight": sight,
        }
        return TemplateResponse(request, f"admin/speakers/topic/{name}.html", context | page)

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        rows = obj.voices.order_by("source").values_list("source").annotate(n=Count("pk"))
        labels = dict(Voice.Source.choices)
        return {
            "by_source": [(labels[source], n) for source, n in rows],
            "leads": obj.leads.order_by("name", "pk"),
        }


def _counted(topics: int) -> str:
    sentence = ngettext("It counts for %d topic.", "It counts for %d topics.", topics)
    return f"{gettext('The voice is kept.')} {sentence % topics}"
