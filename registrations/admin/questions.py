"""Questions to guests in the admin: which, from which visit on, and what they cost and bring."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesAdmin, SeriesForm
from meetups.admin.base import SeriesFilter, number_in
from meetups.models import Series
from meetups.rights import VIEW, rights_of
from registrations.admin.feedback import evening_pages
from registrations.asking.ready import ready_questions
from registrations.asking.report import asked_of, form_of, percent
from registrations.models import Question


class QuestionForm(SeriesForm):
    class Meta:
        model = Question
        exclude: list[str] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_choice = data.get("kind") in {Question.Kind.CHOICE, Question.Kind.CHOICES}
        if is_choice and len(Question(choices=data.get("choices", "")).options) < 2:
            self.add_error("choices", ValidationError(_("Write at least two, one a line.")))
        return data


@admin.register(Question)
class QuestionAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("Questions to guests"), _("Add a question")
    form = QuestionForm
    fields = (
        "series", "text", "help", "kind", "choices", "from_visit", "position", "is_asked",
    )  # fmt: skip
    list_display = ("text", "asked_from", "kind", "heard", "series")
    list_filter = ("is_asked", SeriesFilter)
    list_select_related = ("series",)
    search_fields = ("text",)
    search_help_text = _("Part of a question")
    ordering = ("series__name", "position", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        said = Count("answers", filter=~Q(answers__value=[]))
        return super().get_queryset(request).annotate(shown=Count("answers"), said=said)

    @admin.display(description=_("asked"), ordering="from_visit")
    def asked_from(self, question: Question) -> str:
        if not question.is_asked:
            return gettext("not asked")
        if question.from_visit <= 1:
            return gettext("everybody, in the form")
        return gettext("from visit %d on") % question.from_visit

    @admin.display(description=_("answered"))
    def heard(self, question: Any) -> str:
        """ "12 of 30 (40 %)": of those who saw the question."""
        if not question.shown:
            return ""
        share = percent(question.said, question.shown)
        words = {"said": question.said, "shown": question.shown, "share": share}
        return gettext("%(said)d of %(shown)d (%(share)d %%)") % words

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Empty, or one of the ready questions, for the series that was asked for."""
        series = self.choices(Series, request)
        wanted = series.filter(pk=number_in(request.GET.get("series")) or 0).first()
        ready = ready_questions().get(request.GET.get("ready", ""), {})
        return ready | {"series": wanted or series.first()}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was answered is kept: such a question ends by not being asked any more."""
        is_answered = obj is not None and obj.answers.given().exists()
        return not is_answered and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """That somebody saw it goes along; there is no answer."""
        found, counts, _missing, protected = super().get_deleted_objects(objs, request)
        return found[:1], counts, set(), protected

    # Pages

    def evening_pages(self) -> list[URLPattern]:
        """What guests were asked afterwards stands beside what they are asked before."""
        return evening_pages()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        ready = ready_questions().items() if self.has_add_permission(request) else []
        request.ready = [(name, one["text"]) for name, one in ready]  # type: ignore[attr-defined]
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.form_view)
        return [path("form/", view, name="registrations_question_form"), *super().get_urls()]

    def form_view(self, request: HttpRequest) -> HttpResponse:
        """How many open the form and send it, and what the questions bring; a series a page."""
        ids = rights_of(request).series_ids(VIEW, self.label)
        every = Series.objects.only("pk", "name", "hue", "time_zone").order_by("name", "pk")
        mine = list(every if ids is None else every.filter(pk__in=ids))
        asked_for = number_in(request.GET.get("series")) if "series" in request.GET else None
        chosen = [one for one in mine if one.pk == asked_for or "series" not in request.GET]
        if not chosen:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The form"),
            "opts": self.opts,
            "plural": self.plural,
            "many": mine if len(mine) > 1 else [],
            "series": chosen[0],
            "form": form_of(chosen[0], timezone.now().date()),
            "asked": asked_of(chosen[0]),
        }
        return TemplateResponse(request, "admin/registrations/question/form.html", context)
