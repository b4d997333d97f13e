"""The board: all proposals by where they stand, and what is still to be done about them (O8)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from meetups.admin.scope import within
from meetups.models import Series, Slot
from meetups.rights import DECIDE, rights_of
from speakers.admin.places import free_places
from speakers.admin.series_sight import SeriesSight
from speakers.admin.sight import LABEL, marks_of, speakers_of
from speakers.admin.wording import Chip, chips
from speakers.states import Stage

MOST_CARDS = 20
COLUMNS = (Stage.SUBMITTED, Stage.RESERVE, Stage.POOL, Stage.OFFERED, Stage.CONFIRMED)
PUT_ASIDE = (Stage.GIVEN, Stage.DECLINED, Stage.WITHDRAWN)


@dataclass(frozen=True)
class Card:
    proposal: Any
    speakers: str
    marks: str
    chips: list[Chip]


@dataclass(frozen=True)
class Column:
    """One stage: its first cards, and how many there are in all."""

    stage: Stage
    cards: list[Card]
    total: int


def board_view(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """The front door to proposals: a fixed number of queries, whatever there is."""
    sight = SeriesSight(request, LABEL)
    proposals = model_admin.get_queryset(request)
    if sight.chosen:
        proposals = proposals.filter(call__series=sight.chosen)
    mine = rights_of(request).series_ids(DECIDE, LABEL)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": model_admin.plural,
        "opts": model_admin.opts,
        "sight": sight,
        "without_call": without_call(sight, mine),
        "untold": untold(within(proposals, "call__series", mine)),
        "places": free_places(within(Slot.objects.all(), "event__series", mine), sight.chosen),
        "may_add": model_admin.has_add_permission(request),
        "add_words": model_admin.add_words,
        **stages_of(proposals),
    }
    return TemplateResponse(request, "admin/speakers/proposal/board.html", context)


def without_call(sight: SeriesSight, mine: frozenset[int] | None) -> list[Series]:
    """Those of the series on the page to which nobody could ever propose a talk."""
    found = within(Series.objects.filter(calls=None, pk__in=sight.ids), "", mine)
    return list(found.order_by("name", "pk"))


def stages_of(proposals: Any) -> dict[str, Any]:
    """The columns with their first cards, and how many were put aside by stage."""
    totals = dict(proposals.order_by().values_list("stage").annotate(n=Count("pk")))
    cards: dict[str, list[Card]] = {stage: [] for stage in COLUMNS}
    for proposal in _first_ones(proposals):
        cards[proposal.stage].append(
            Card(proposal, speakers_of(proposal), marks_of(proposal), chips(proposal))
        )
    return {
        "columns": [Column(stage, cards[stage], totals.get(stage, 0)) for stage in COLUMNS],
        "aside": [(stage, totals[stage]) for stage in PUT_ASIDE if totals.get(stage)],
        "is_empty": not totals,
    }


def _first_ones(proposals: Any) -> Any:
    """At most twenty of each column: by evening, then by the day of the promised answer."""
    in_order = (F("talk__slot__event__starts_at").asc(nulls_last=True), "answer_by", "pk")
    place = Window(RowNumber(), partition_by=F("stage"), order_by=in_order)
    found = proposals.filter(stage__in=COLUMNS).annotate(place=place)
    return found.filter(place__lte=MOST_CARDS).order_by("place")


def untold(proposals: Any) -> Any:
    """The calls with speakers who do not know how it stands: id, title, how many."""
    calls = proposals.owed().order_by("call__title", "call").values("call", "call__title")
    return calls.annotate(n=Count("pk"))
