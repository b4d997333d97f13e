"""A free place and the reserves: whom to ask, in which order, and how the round goes (need 95)."""

from datetime import datetime
from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesAdmin, VerbForm
from meetups.admin.base import SeriesFilter
from meetups.admin.scope import within
from meetups.models import Slot
from meetups.rights import ADD, CHANGE, DECIDE, DELETE, rights_of
from people.models import User
from speakers.admin.board import MOST_CARDS
from speakers.admin.places import begin_of, with_speakers
from speakers.admin.sight import LABEL
from speakers.admin.wording import evening
from speakers.models import Offer, Proposal
from speakers.models.offer import must_be_free, reserves_for
from speakers.states import State


class TakeForm(VerbForm):
    """A reserve who answers by phone."""

    name, button, title = "yes", _("The speaker says yes"), _("Does this speaker step in?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Offer) -> bool:
        return subject.state == Offer.State.ASKED

    def consequence(self) -> str:
        return gettext(
            "The talk is confirmed for the evening, its speaker gets the confirmation, and"
            " whoever else was asked hears that the place is taken."
        )

    def act(self) -> str:
        self.subject.take()
        return gettext("The place is taken.")


class PassForm(VerbForm):
    name, button, title = "no", _("The speaker says no"), _("Does this speaker not step in?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Offer) -> bool:
        return subject.state == Offer.State.ASKED

    def consequence(self) -> str:
        return gettext("The next in line is asked at once; this talk stays in reserve.")

    def act(self) -> str:
        self.subject.pass_on()
        return gettext("Noted.")


@admin.register(Offer)
class OfferAdmin(SeriesAdmin):
    series_path = "slot__event__series"
    plural = _("Offers to reserves")
    # An offer is made for a place, to all who fit, in order; see `ask`.
    closed = frozenset({ADD, CHANGE, DELETE})
    verbs = (TakeForm, PassForm)
    list_display = ("proposal", "evening", "state", "asked", "until")
    list_filter = ("state", SeriesFilter)
    list_select_related = ("proposal", "slot__event")
    search_fields = ("proposal__title", "slot__event__title")
    search_help_text = _("Part of a title")
    ordering = ("-slot__event__starts_at", "slot", "position", "pk")
    fields = readonly_fields = ("proposal", "evening", "position", "state", "asked", "until")

    def get_urls(self) -> list[URLPattern]:
        ask = self.admin_site.admin_view(self.ask)
        return [path("ask/<int:slot_id>/", ask, name="speakers_offer_ask"), *super().get_urls()]

    @admin.display(description=_("evening"), ordering="slot__event__starts_at")
    def evening(self, offer: Offer) -> str:
        return evening(offer.slot.event)

    @admin.display(description=_("asked"), ordering="asked_at")
    def asked(self, offer: Offer) -> str:
        return _moment(offer.asked_at)

    @admin.display(description=_("answer wanted by"), ordering="answer_by")
    def until(self, offer: Offer) -> str:
        return _moment(offer.answer_by)

    def ask(self, request: HttpRequest, slot_id: int) -> HttpResponse:
        """Who would be asked for this place, by GET; ask them by POST."""
        mine = rights_of(request).series_ids(DECIDE, LABEL)
        slots = within(Slot.objects.select_related("event__series"), "event__series", mine)
        slot = get_object_or_404(slots, pk=slot_id)
        refused = why_not(slot)
        if request.method == "POST":
            try:
                self._say(request, Offer.objects.offer(slot, cast(User, request.user)))
                return redirect("admin:speakers_proposal_board")
            except ValidationError as error:
                refused = " ".join(error.messages)
        return self._question(request, slot, refused)

    def _say(self, request: HttpRequest, number: int) -> None:
        sentence = ngettext(
            "%d reserve is in line; the first one is asked.",
            "%d reserves are in line; the first one is asked.",
            number,
        )
        messages.success(request, sentence % number)

    def _question(self, request: HttpRequest, slot: Slot, refused: str) -> HttpResponse:
        reserves = reserves_for(slot).select_related("format").prefetch_related("parts__speaker")
        waiting = Proposal.objects.filter(
            state=State.ACCEPTED, talk__slot=None, call__series=slot.event.series
        )
        pool = waiting.select_related("format").prefetch_related("parts__speaker")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("A talk for %(evening)s") % {"evening": slot.event.title},
            "slot": slot,
            "starts_at": begin_of(slot),
            "refused": refused,
            "reserves": list(reserves),
            "pool": pool.order_by("submitted_at", "pk")[:MOST_CARDS],
            "round": with_speakers(slot.offers.order_by("position", "pk")),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/speakers/offer/ask.html", context)


def why_not(slot: Slot) -> str:
    """Why no talk can be put there; "" where one can."""
    try:
        must_be_free(slot)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j M, H:i") if at else ""
