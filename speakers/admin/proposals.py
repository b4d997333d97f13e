"""Proposals in the admin: the list, the page with the verbs that decide, and the way to both."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.db.models import F, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, number_in
from meetups.admin.scope import within
from meetups.rights import ADD, DECIDE, DELETE, VIEW, rights_of
from people.models import User
from speakers.admin.board import board_view
from speakers.admin.deciding import (
    AcceptForm,
    DeclineForm,
    ReopenForm,
    ReserveForm,
    TakeOffForm,
    TellForm,
    WithdrawForm,
)
from speakers.admin.dossier import Dossier
from speakers.admin.filters import CallFilter, DueFilter, StageFilter
from speakers.admin.funnel_filters import ReachedFilter, SentInFilter
from speakers.admin.placing import AgreedForm, PlaceForm
from speakers.admin.reviewing import review_view
from speakers.admin.sight import marks_of, nameable, speakers_of, with_sight
from speakers.admin.wording import call_in_words, day_of, evening
from speakers.forms.by_hand import ByHandForm, ProposalTextForm
from speakers.models import Call, Format, Part, Proposal
from speakers.states import Stage

PEOPLE = Prefetch("parts", Part.objects.select_related("speaker", "contact"))
BY_HAND = (
    "call", "format", "title", "speaker", "email", "abstract", "notes", "notice_days",
)  # fmt: skip


@admin.register(Proposal)
class ProposalAdmin(SeriesAdmin):
    series_path = "call__series"
    plural, add_words = _("Proposals"), _("Add a proposal")
    # What was proposed is history; a proposal ends by being declined or taken back.
    closed = frozenset({DELETE})
    verbs = (
        AcceptForm, PlaceForm, AgreedForm, ReserveForm, DeclineForm, ReopenForm, TellForm,
        TakeOffForm, WithdrawForm,
    )  # fmt: skip
    list_display = ("title", "by", "kind", "standing", "mark", "evening", "sent", "promised")
    list_filter = (
        StageFilter, DueFilter, CallFilter, "origin", ReachedFilter, SentInFilter, SeriesFilter,
    )  # fmt: skip
    # The titles are looked through by the list itself: names only where she may know them.
    search_fields = ("title", "abstract")
    search_help_text = _("Part of a title, a text or a speaker's name")
    ordering = ("-submitted_at", "-pk")
    show_full_result_count = False
    empty_value_display = ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("board/", view(self.board), name="speakers_proposal_board"),
            path("<int:pk>/review/", view(self.review), name="speakers_proposal_review"),
            *super().get_urls(),
        ]

    # Which rows

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """No drafts; with all that a row or a card shows, whatever their number."""
        seen: Any = super().get_queryset(request)
        found = seen.sent_in().with_marks(cast(User, request.user)).with_stage()
        return (
            with_sight(found, rights_of(request))
            .select_related("call__series", "format", "talk__slot__event", "told_event")
            .prefetch_related(PEOPLE)
        )

    def seen(self, model: Any, request: HttpRequest) -> models.QuerySet:
        """The calls whose proposals she sees, for filters."""
        ids = rights_of(request).series_ids(VIEW, self.label)
        return within(model._default_manager.all(), "series", ids).order_by("pk")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Each word stands in the title, the text, or the name of a speaker she may know."""
        known = nameable(rights_of(request))
        for word in search_term.replace("\x00", "").split()[:8]:
            named = Part.objects.filter(speaker__name__icontains=word).exclude(accepted_at=None)
            by_name = Q(pk__in=named.values("proposal")) & known
            in_text = Q(title__icontains=word) | Q(abstract__icontains=word)
            queryset = queryset.filter(in_text | by_name)
        return queryset, False

    def choices(self, model: Any, request: HttpRequest) -> Any:
        if model is Format:
            ids = rights_of(request).series_ids(ADD, self.label)
            formats = within(Format.objects.select_related("call"), "call__series", ids)
            return formats.order_by("call", "position", "pk")
        return super().choices(model, request)

    # Columns

    @admin.display(description=_("speakers"))
    def by(self, proposal: Proposal) -> str:
        return speakers_of(proposal)

    @admin.display(description=_("mark"), ordering=F("mean").asc(nulls_first=True))
    def mark(self, proposal: Proposal) -> str:
        return marks_of(proposal)

    @admin.display(description=_("mark"))
    def known_mark(self, proposal: Proposal) -> str:
        return marks_of(proposal)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Marks give no order where some are not hers to know: it would tell them."""
        rights = rights_of(request)
        lists, reads = (rights.series_ids(action, self.label) for action in (VIEW, DECIDE))
        if reads is None or (lists is not None and lists <= reads):
            return self.list_display
        return ["known_mark" if name == "mark" else name for name in self.list_display]

    @admin.display(description=_("format"), ordering="format__minutes")
    def kind(self, proposal: Proposal) -> str:
        return str(proposal.format or "")

    @admin.display(description=_("state"), ordering="stage")
    def standing(self, proposal: Any) -> str:
        return str(Stage(proposal.stage).label)

    @admin.display(description=_("evening"), ordering="talk__slot__event__starts_at")
    def evening(self, proposal: Proposal) -> str:
        return evening(proposal.event) if proposal.event else ""

    @admin.display(description=_("sent in"), ordering="submitted_at")
    def sent(self, proposal: Proposal) -> str:
        at = proposal.submitted_at
        return day_of(timezone.localtime(at).date()) if at else ""

    @admin.display(description=_("answer promised by"), ordering="answer_by")
    def promised(self, proposal: Any) -> str:
        """Where an answer is still awaited; overdue is a word and a shape, not only a colour."""
        waits = Proposal.State.SUBMITTED in {proposal.state, proposal.told_state}
        if not (waits and proposal.answer_by):
            return ""
        day = day_of(proposal.answer_by)
        if not proposal.is_overdue:
            return day
        return format_html('<strong class="bad">▲ {}: {}</strong>', gettext("overdue"), day)

    # Pages

    def board(self, request: HttpRequest) -> HttpResponse:
        """All proposals by where they stand."""
        return board_view(request, self)

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One reviewer's marks for one proposal."""
        proposal = self.get_object(request, str(pk))
        mine = proposal and rights_of(request).may_in_one(
            ADD, "speakers.review", self.series_of(proposal)
        )
        if not mine:
            raise Http404
        return review_view(request, self, cast(Proposal, proposal))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = ProposalTextForm if obj else ByHandForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        """The form; whoever only looks reads the text above it."""
        if obj is None:
            return [(None, {"fields": BY_HAND})]
        if not self.has_change_permission(request, obj):
            return []
        return [
            (_("The text"), {"fields": ["title", "abstract", "notes"]}),
            (_("What kind"), {"fields": [("format", "level", "language")]}),
            (_("Days"), {"fields": [("notice_days", "answer_by")]}),
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "call":
            kwargs["queryset"] = kwargs["queryset"].still_on().select_related("series", "event")
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "call":
            field.label_from_instance = call_in_words
        if db_field.name == "format":
            field.label_from_instance = lambda kind: f"{kind.call}: {kind}"
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        calls: Any = self.choices(Call, request)
        wanted = calls.filter(pk=number_in(request.GET.get("call")) or 0).first()
        call = wanted or calls.open().first()
        return {"call": call.pk, "format": call.formats.first()} if call else {}

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "dossier": Dossier(obj, rights_of(request), cast(User, request.user)),
        }

    # Writing

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Of a known one its texts only; a new one is sent in."""
        if change:
            form.save_texts()
            return
        self.stop_strangers(request, obj, ADD)
        form.send_in()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Who speaks is not edited here."""
