from typing import cast

from django.contrib.sitemaps import views as sitemaps_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meetups.models import Slot
from meetups.pages import for_all_sites, jpeg, kept_page
from meetups.revisions import Version, version_by
from speakers.cards import card_of
from speakers.models import Speaker, Talk
from speakers.sitemaps import TalkPages

# The page also says whether the evening is still to come.
TALK = """
SELECT
  (SELECT string_agg(number::text, ' ' ORDER BY number)
   FROM meetups_revision r WHERE r.series_id = e.series_id),
  e.ends_at <= %(now)s
FROM speakers_talk t
JOIN meetups_slot s ON s.id = t.slot_id
JOIN meetups_event e ON e.id = s.event_id
WHERE t.slug = %(slug)s
"""


def talk_version(slug: str) -> Version | None:
    """The state of one talk; None where it has no place in an evening."""
    return version_by(TALK, slug=slug)


@kept_page(talk_version)
def talk(request: HttpRequest, slug: str) -> HttpResponse:
    """One talk: what it was about, by whom, on which evening, and what remains of it."""
    talks = Talk.objects.open_by_link().select_related("slot__event__series", "slot__event__venue")
    talk = get_object_or_404(talks.prefetch_related("speakers"), slug=slug)
    event = cast(Slot, talk.slot).event  # announced: there is a slot
    return render(
        request, "speakers/talk.html", {"talk": talk, "event": event, "series": event.series}
    )


@kept_page(talk_version)
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """The talk as a picture to pass on: its speaker's face, and when to hear it."""
    talks = Talk.objects.open_by_link().select_related("slot__event__series", "slot__event__venue")
    talk = get_object_or_404(talks.prefetch_related("speakers"), slug=slug)
    return for_all_sites(HttpResponse(card_of(talk).png(), content_type="image/png"))


@require_safe
@cache_control(public=True, max_age=86_400)
def photo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A speaker's photo; of somebody on no public page there is none."""
    shown = Speaker.objects.filter(talks__in=Talk.objects.open_by_link()).exclude(photo="")
    return jpeg(get_object_or_404(shown.distinct(), pk=pk).photo)


def sitemap(request: HttpRequest) -> HttpResponseBase:
    return sitemaps_views.sitemap(request, {"talks": TalkPages})
