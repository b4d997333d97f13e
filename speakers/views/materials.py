"""What remains of a talk for those who may have it: slides, and the page of those who came."""

from typing import cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import condition, require_safe

from meetups.models import Slot
from meetups.pages import public_page, without_address
from speakers.models import SlideDraft, Talk
from speakers.slides import pdf


def version_of(request: HttpRequest, slug: str) -> str | None:
    """What a repeated visit is told by that nothing has changed, before the file is opened."""
    shown = SlideDraft.objects.published().filter(talk__in=Talk.objects.slides_by_link())
    draft = shown.filter(talk__slug=slug).first()
    return quote_etag(draft.pk.hex) if draft else None


@public_page
@condition(etag_func=version_of)
def talk_slides(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The published slides, for everybody where the speaker allows it."""
    draft = _published(get_object_or_404(Talk.objects.slides_by_link(), slug=slug))
    answer = pdf(draft)
    if not draft.talk.is_public:
        answer["X-Robots-Tag"] = "noindex"
    return answer


@never_cache
@require_safe
def talk_for_attendees(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The talk for somebody who was there, where its speaker allows it to those only."""
    talks = Talk.objects.open_to_attendees().prefetch_related("speakers")
    talk = _for_holder(talks, slug, token)
    event = cast(Slot, talk.slot).event  # announced: there is a slot
    with_slides = Talk.objects.slides_to_attendees().filter(pk=talk.pk).exists()
    slides = reverse("speakers:attendee_slides", args=[slug, token]) if with_slides else ""
    context = {"talk": talk, "event": event, "series": event.series, "slides": slides}
    return without_address(render(request, "speakers/talk_for_attendees.html", context))


@never_cache
@require_safe
def attendee_slides(request: HttpRequest, slug: str, token: str) -> HttpResponseBase:
    """The published slides for somebody who was there."""
    talk = _for_holder(Talk.objects.slides_to_attendees(), slug, token)
    return pdf(_published(talk))


def _for_holder(talks: QuerySet[Talk], slug: str, token: str) -> Talk:
    """The talk, for whoever has a seat at its evening and was not missed there; else a 404."""
    rows = talks.select_related("slot__event__series", "slot__event__venue")
    talk = get_object_or_404(rows, slug=slug)
    seats = cast(Slot, talk.slot).event.registrations.for_token(token)
    if not seats.attended().exists():
        raise Http404
    return talk


def _published(talk: Talk) -> SlideDraft:
    return get_object_or_404(talk.drafts.published().select_related("talk"))
