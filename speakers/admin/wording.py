"""How the organizers' pages speak of a proposal: what was said, what is due, in short words."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event
from speakers import notices
from speakers.models import Call, Proposal
from speakers.states import State


@dataclass(frozen=True)
class Chip:
    """A word on a card; `look` is its style, `icon` the shape beside it."""

    words: str
    look: str = ""
    icon: str = ""


def day_of(date: dt.date) -> str:
    """The day as cards say it: "10 Dec"; with the year where it is another."""
    style = "j\xa0M" if date.year == timezone.localdate().year else "j\xa0M\xa0Y"
    return date_format(date, style)


def day(event: Event) -> str:
    """The evening's day: "10 Dec"."""
    return day_of(event.date)


def evening(event: Event) -> str:
    """ "Evening 61, 10 Dec" """
    return f"{event.title}, {day(event)}"


def call_in_words(call: Call) -> str:
    """The call as a choice says it, marked where only organizers may still add to it."""
    return str(call) if call.is_open else _("%(call)s (not open)") % {"call": call}


def said(state: str, event: Event | None) -> str:
    """What its speakers know, or will be told, in a few words; "" before any word."""
    if state == State.ACCEPTED and event:
        return _("asked whether %(evening)s suits") % {"evening": evening(event)}
    if state == State.CONFIRMED and event:
        return _("confirmed for %(evening)s") % {"evening": evening(event)}
    words = {
        State.SUBMITTED: _("received, to be answered"),
        State.ACCEPTED: _("accepted, without an evening yet"),
        State.RESERVE: _("kept in reserve"),
        State.DECLINED: _("declined"),
        State.WITHDRAWN: _("taken back"),
    }
    return words.get(State(state), "") if state else ""


def will_be_said(proposal: Proposal) -> str:
    """What the next letter says; "" where nothing is owed."""
    letter = notices.owed(proposal)
    if not letter:
        return ""
    if letter == "speakers/taken_off" and proposal.told_event:
        return _("taken off %(evening)s") % {"evening": evening(proposal.told_event)}
    if letter == "speakers/reopened":
        return _("open again, to be decided anew")
    return said(proposal.state, proposal.event)


def letters(number: int) -> str:
    """How many are written to, as a sentence."""
    if not number:
        return _("Nobody has an address, so nobody is written to.")
    sentence = ngettext("%d person is written to.", "%d people are written to.", number)
    return sentence % number


def chips(proposal: Any) -> list[Chip]:
    """What a card says beside its title; needs `with_marks` and `with_sight`."""
    found = []
    if proposal.is_overdue:
        late = _("answer was due %(day)s") % {"day": day_of(proposal.answer_by)}
        found.append(Chip(late, "pill-bad", "circle-alert"))
    elif proposal.state == State.SUBMITTED and proposal.answer_by:
        due = _("answer by %(day)s") % {"day": day_of(proposal.answer_by)}
        found.append(Chip(due))
    if proposal.may_decide and notices.owed(proposal):
        found.append(Chip(_("not told yet"), "pill-strong", "mail"))
    if proposal.event:
        found.append(Chip(evening(proposal.event), "", "calendar-clock"))
    if proposal.state == State.RESERVE and proposal.notice_days is not None:
        days = ngettext("within %d day", "within %d days", proposal.notice_days)
        found.append(Chip(days % proposal.notice_days))
    if proposal.is_first_talk:
        found.append(Chip(_("first talk")))
    return found
