"""What thanks and recaps say beside the usual: her own link, what remains, when we meet again."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from mailings.models.wave import Wave
from meetups.models import Event
from outbox.states import MessageClass
from registrations.models import Registration
from speakers.models import Talk

Purpose = Wave.Purpose
WITH_A_LINK = """CASE WHEN seed IS NULL THEN jsonb_build_object('name', name)
ELSE jsonb_build_object('name', name, 'registration',
    jsonb_build_object('seed', seed, 'hash', token_hash)) END"""


@dataclass(frozen=True)
class OwnFacts:
    """What is asked of each person beside her name, and the SQL that puts it into her message."""

    annotations: dict[str, Any] = field(default_factory=dict)
    context: str = "jsonb_build_object('name', name)"


def own_facts(wave: Wave) -> OwnFacts:
    """Personal facts of the wave's letters: thanks carry the link of her own seat."""
    if wave.purpose != Purpose.THANKS:
        return OwnFacts()
    seats = Registration.objects.going().filter(event=wave.event_id, contact=OuterRef("pk"))
    asked = {name: Subquery(seats.values(name)[:1]) for name in ("seed", "token_hash")}
    return OwnFacts(asked, WITH_A_LINK)


def shared_facts(wave: Wave) -> dict[str, Any]:
    """What all its letters say alike; nothing for messages before the evening."""
    if wave.purpose not in {Purpose.THANKS, Purpose.RECAP}:
        return {}
    talks = what_remains(wave.event) if wave.purpose == Purpose.RECAP else []
    return {
        "slug": wave.event.slug,
        "talks": talks,
        "is_news": wave.message_class == MessageClass.PROMOTIONAL,
        **next_evening(wave.event),
    }


def advice(wave: Wave) -> str:
    """What to do before it is released; "" where nothing is amiss. A recap of nothing annoys."""
    event = wave.event
    if not event.is_over or wave.purpose != Purpose.RECAP:
        return ""
    if event.recap or event.pictures.exists():
        return ""
    if what_remains(event):
        return ""
    return _(
        "Nothing remains of the evening yet: no recording, no slides, no summary, no words of"
        " yours, no pictures. Add something first, or leave the recap out."
    )


def what_remains(event: Event) -> list[dict[str, Any]]:
    """The talks of which everybody finds a recording, slides or a summary."""
    talks = Talk.objects.public().filter(slot__event=event, allowed_at__isnull=False)
    ordered = talks.order_by("slot__position", "pk").prefetch_related("speakers")
    found = [_of_talk(talk) for talk in ordered.select_related("slot__event")]
    return [one for one in found if one["video_url"] or one["slides_url"] or one["has_summary"]]


def _of_talk(talk: Talk) -> dict[str, Any]:
    slides = talk.slides_link
    return {
        "title": talk.title,
        "speakers": ", ".join(speaker.name for speaker in talk.speakers.all()),
        "url": talk.public_url,
        "video_url": talk.video_link,
        "slides_url": f"{settings.PUBLIC_URL}{slides}" if slides.startswith("/") else slides,
        "has_summary": bool(talk.summary),
    }


def next_evening(event: Event) -> dict[str, Any]:
    """The next one of the series for which seats can be had; empty where none is announced."""
    later = Event.objects.published().upcoming().filter(series=event.series_id)
    found = later.filter(starts_at__gt=event.starts_at).select_related("venue", "room").first()
    if found is None or not found.is_open:
        return {}
    return {
        "next_title": found.title,
        "next_starts": found.starts_at.isoformat(),
        "next_zone": found.zone,
        "next_place": found.place,
        "next_url": found.public_url,
    }
