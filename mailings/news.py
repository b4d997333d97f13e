"""What there is to tell of several series at one moment, to whoever follows what (need 85)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from mailings.models import Digest
from meetups.models import Event
from meetups.notices import sender
from speakers.models import Call, Talk, Topic

AHEAD = dt.timedelta(weeks=8)
# Longer lists are not read; the rest stands on the pages.
MOST, MOST_TOPICS = 10, 3


@dataclass(frozen=True)
class Wish:
    """One series of somebody's digest: which of its lines, and since when she knows nothing."""

    series_id: int
    lines: frozenset[int] | None  # None is the whole series
    since: dt.datetime | None  # None: she never got a digest of it

    def covers(self, line_id: int | None) -> bool:
        """What belongs to no line is for everybody."""
        return line_id is None or self.lines is None or line_id in self.lines


class News:
    """All that may stand in digests of these series, asked once; then told to each as she likes."""

    def __init__(self, digests: Iterable[Digest], since: dt.datetime) -> None:
        """`since` is the earliest moment that anybody asks for."""
        self.digests = {digest.series_id: digest for digest in digests}
        ids = list(self.digests)
        self.evenings = list(_evenings(ids))
        self.talks = list(_talks(ids, since))
        self.calls = list(Call.objects.open().filter(series__in=ids).select_related("event"))
        self.topics = list(
            Topic.objects.shown().filter(series__in=ids, state=Topic.State.OPEN).wanted()
        )

    def parts(self, wishes: Iterable[Wish]) -> list[dict[str, Any]]:
        """What a digest says, series by series as they were wished for; [] where nothing is new."""
        found = [self._part(wish) for wish in wishes if wish.series_id in self.digests]
        return [part for part in found if is_worth_writing(part)]

    def _part(self, wish: Wish) -> dict[str, Any]:
        digest = self.digests[wish.series_id]
        since = wish.since or digest.since_for_newcomers
        evenings = [event for event in self.evenings if _is_meant(event, event, wish)]
        calls = [call for call in self.calls if _is_meant(call, call.event, wish)]
        topics = [topic for topic in self.topics if topic.series_id == wish.series_id]
        return {
            "series": digest.series.name,
            "series_url": digest.series.public_url,
            "words": digest.words.strip(),
            "evenings": [evening_facts(event) for event in evenings[:MOST]],
            "recordings": list(self._recordings(wish, since))[:MOST],
            "calls": [_call_facts(call, digest) for call in calls[:MOST]],
            "topics": [topic.title for topic in topics[:MOST_TOPICS]],
            "topics_url": _page("speakers:topics", digest.series.slug),
            "is_new": any(_opened(call) > since for call in calls)
            or any(topic.shown_at and topic.shown_at > since for topic in topics),
        }

    def _recordings(self, wish: Wish, since: dt.datetime) -> Iterator[dict[str, Any]]:
        for talk in self.talks:
            video = talk.video_link if talk.video_at and talk.video_at > since else ""
            slides = talk.slides_link if talk.slides_at and talk.slides_at > since else ""
            if (video or slides) and _is_meant(talk, talk.slot.event, wish):
                yield {
                    "title": talk.title,
                    "speakers": ", ".join(speaker.name for speaker in talk.speakers.all()),
                    "video": video,
                    "slides": urljoin(settings.PUBLIC_URL, slides) if slides else "",
                }


def is_worth_writing(part: dict[str, Any]) -> bool:
    """Whether the part says anything new: a standing call alone is none."""
    return bool(part["evenings"] or part["recordings"] or part["words"] or part["is_new"])


def evening_facts(event: Event) -> dict[str, Any]:
    """What a digest says about an evening, as plain values that keep."""
    venue = event.venue if event.place else None
    return {
        "pk": event.pk,
        "rev": event.schedule_rev,
        "title": event.title,
        "url": event.public_url,
        "date": event.date.isoformat(),
        "starts": event.starts_at.isoformat() if event.time_known else "",
        "zone": event.zone,
        "mode": event.mode,
        "place": event.place,
        "address": venue.address if venue else "",
    }


def letter_facts(lead: Digest, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The shared facts of one letter; it comes in the name of the series that leads it."""
    names = {"series": ", ".join(part["series"] for part in parts), "period": lead.period}
    return sender(lead.series) | names | {"parts": parts}


def upcoming() -> Any:
    """Evenings that a digest may still announce, with all that is said of them."""
    rows = Event.objects.published().filter(starts_at__gt=timezone.now())
    return rows.select_related("venue", "room").defer("description", "description_html", "search")


def _evenings(series: list[int]) -> Any:
    soon = upcoming().filter(series__in=series, starts_at__lt=timezone.now() + AHEAD)
    return soon.order_by("starts_at", "pk")


def _talks(series: list[int], since: dt.datetime) -> Any:
    held = Q(series__in=series, slot__event__status=Event.Status.PUBLISHED)
    rows = Talk.objects.opened_since(since).filter(held).select_related("slot__event")
    return rows.prefetch_related("speakers").order_by("-slot__event__starts_at", "slot__position")


def _is_meant(thing: Any, event: Event | None, wish: Wish) -> bool:
    return thing.series_id == wish.series_id and wish.covers(event.line_id if event else None)


def _opened(call: Call) -> dt.datetime:
    return max(call.created_at, call.opens_at or call.created_at)


def _call_facts(call: Call, digest: Digest) -> dict[str, str]:
    return {
        "title": call.title,
        "url": _page("speakers:call", digest.series.slug),
        "closes": call.closes_on.isoformat() if call.closes_on else "",
    }


def _page(name: str, slug: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=[slug])}"
