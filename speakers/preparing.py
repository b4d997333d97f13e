"""What speakers and organizers are told while a talk is prepared (needs 97, 98)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from meetups.notices import sender
from outbox.letters import one_line, spoken
from outbox.models import Delivery
from speakers import notices

if TYPE_CHECKING:
    from speakers.models import Comment, Rehearsal, Talk

Facts = dict[str, Any]


def commented(comment: "Comment") -> int:
    """Tell the other side that there is something to read: one mail for a talk and an hour.

    What comes later within the hour is told at the next full one. Returns how many are told.
    """
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    tell = _of_speaker if comment.part_id else _of_organizer
    return tell(comment, hour, None) or tell(comment, *[hour + timedelta(hours=1)] * 2)


def _of_organizer(comment: "Comment", hour: datetime, not_before: datetime | None) -> int:
    key = f"comments:{comment.talk_id}:speakers:{hour:%Y-%m-%dT%H}"
    return _to_speakers(comment.talk, "speakers/commented", key, {}, not_before)


def _of_speaker(comment: "Comment", hour: datetime, not_before: datetime | None) -> int:
    talk = comment.talk
    page = reverse("admin:speakers_talk_change", args=[talk.pk])
    facts = {"talk": talk.title, "speaker": str(comment.part), "page": page}
    key = f"comments:{talk.pk}:organizers:{hour:%Y-%m-%dT%H}"
    return _to_team(talk, "speakers/commented_organizers", key, facts, not_before)


def rehearsal_booked(rehearsal: "Rehearsal", talk: "Talk") -> int:
    """Tell both sides when and where; also anew when organizers have changed it."""
    facts = _facts(rehearsal, talk)
    key = f"rehearsal:{rehearsal.pk}:{talk.pk}:{timezone.now().isoformat()}"
    _to_team(talk, "speakers/rehearsal_booked_organizers", key, facts)
    facts |= {"attachments": [_calendar(rehearsal, talk)]}
    return _to_speakers(talk, "speakers/rehearsal_booked", key, facts)


def rehearsal_called_off(rehearsal: "Rehearsal", talk: "Talk") -> int:
    """Tell the speakers that the organizers cannot come at this time."""
    key = f"rehearsal:{rehearsal.pk}:{talk.pk}:off"
    return _to_speakers(talk, "speakers/rehearsal_off", key, _facts(rehearsal, talk))


def rehearsal_given_back(rehearsal: "Rehearsal", talk: "Talk") -> int:
    """Tell the organizers that nobody comes at this time."""
    key = f"rehearsal:{rehearsal.pk}:{talk.pk}:back:{timezone.now().isoformat()}"
    return _to_team(talk, "speakers/rehearsal_given_back", key, _facts(rehearsal, talk))


def _to_speakers(
    talk: "Talk", letter: str, key: str, facts: Facts, not_before: datetime | None = None
) -> int:
    proposal = talk.proposal
    if proposal is None:
        return 0  # written in by hand: there is nobody to write to
    parts = proposal.parts.reachable().select_related("contact", "speaker")
    shared = notices.facts(proposal) | {"attachments": []} | facts
    drafts = (
        notices.draft(proposal, part, letter, shared, f"{key}:{part.contact_id}") for part in parts
    )
    return Delivery.objects.post_many(replace(draft, not_before=not_before) for draft in drafts)


def _to_team(
    talk: "Talk", letter: str, key: str, facts: Facts, not_before: datetime | None = None
) -> int:
    shared = sender(talk.series) | facts
    about = f"proposal:{talk.proposal_id}"
    return notices.to_organizers(
        talk.series, letter, shared, key, facts["page"], about=about, not_before=not_before
    )


def _facts(rehearsal: "Rehearsal", talk: "Talk") -> Facts:
    return {
        "talk": talk.title,
        "speaker": ", ".join(speaker.name for speaker in talk.speakers.all()),
        "page": reverse("admin:speakers_rehearsal_change", args=[rehearsal.pk]),
        "rehearsal_starts": rehearsal.starts_at.isoformat(),
        "rehearsal_zone": rehearsal.event.zone,
        "minutes": rehearsal.minutes,
        "where": rehearsal.place,
        "with_whom": rehearsal.with_whom,
    }


def _calendar(rehearsal: "Rehearsal", talk: "Talk") -> dict[str, str]:
    """One entry for each talk: another time replaces the earlier one in her calendar."""
    entry = icalendar.Event()
    entry.add("uid", f"rehearsal-{talk.guid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    entry.add("dtstamp", timezone.now())
    entry.add("sequence", int(timezone.now().timestamp()))
    entry.add("dtstart", rehearsal.starts_at)
    entry.add("dtend", rehearsal.ends_at)
    with override(spoken(talk.series.language)):  # one file for all who speak in it
        entry.add("summary", one_line(_("Rehearsal: %(talk)s") % {"talk": talk.title}))
    if rehearsal.place:
        entry.add("location", one_line(rehearsal.place))
    file = icalendar.Calendar()
    file.add("prodid", f"-//{settings.ORGANIZATION}//Third Thursday//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add_component(entry)
    kind = "text/calendar; charset=utf-8; method=PUBLISH"
    return {"name": "rehearsal.ics", "type": kind, "text": file.to_ical().decode()}
