"""How the reminders of an evening stand: for the time line, and as somebody would get them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mailings.models import Reminder, ReminderPlan
from meetups import notices
from meetups.models import Event
from outbox.letters import Letter
from outbox.models import Delivery
from outbox.states import MessageClass
from people.models import Contact, User
from people.tokens import new_seed
from registrations.models import Registration
from registrations.tokens import hash_of, token_from

State = ReminderPlan.State


@dataclass(frozen=True)
class Entry:
    """One reminder on the time line of an evening; `at` is by the evening's clocks."""

    kind: str
    name: str
    at: dt.datetime | None
    # "on", "paused", "off", "never" (no moment for it), "started", "over"
    state: str
    words: str
    url: str
    people: int
    missed: int = 0
    # How many of its messages are in which state of the outbox.
    counts: dict[str, int] = field(default_factory=dict)


def entries(event: Event) -> list[Entry]:
    """The reminders of the evening as it is planned now, in the order in which they leave."""
    runs = {run.kind: run for run in event.reminders.filter(schedule_rev=event.schedule_rev)}
    plans = reversed(ReminderPlan.objects.both(event))
    found = [_entry(plan, runs.get(plan.kind)) for plan in plans]
    return sorted(found, key=lambda entry: entry.at or event.local_start)


def entry_of(plan: ReminderPlan) -> Entry:
    """How this one stands."""
    event = plan.event
    return _entry(
        plan, event.reminders.filter(schedule_rev=event.schedule_rev, kind=plan.kind).first()
    )


def _entry(plan: ReminderPlan, run: Reminder | None) -> Entry:
    state = _state(plan, run)
    rows = plan.messages().order_by().values_list("state").annotate(n=Count("pk")) if run else []
    return Entry(
        kind=plan.kind,
        name=plan.name,
        at=plan.local_due,
        state=state,
        words=_words(state, run),
        url=reverse("admin:mailings_reminder_plan", args=[plan.event.pk, plan.kind]),
        people=run.planned if run else plan.event.registrations.going().count(),
        missed=run.missed if run else 0,
        counts=dict(rows),
    )


def _state(plan: ReminderPlan, run: Reminder | None) -> str:
    if run and run.closed_at:
        return "over"
    if plan.state == State.ON and plan.due_at is None:
        return "never"
    return "started" if run and plan.state == State.ON else plan.state


def _words(state: str, run: Reminder | None) -> str:
    """How it stands, in a few words."""
    if run and run.missed:
        return _("missed: %(n)d") % {"n": run.missed}
    return {
        "on": _("leaves by itself"),
        "paused": _("paused"),
        "off": _("left out"),
        "never": _("left out: it would be night, and in the morning it is too late"),
        "started": _("on its way"),
        "over": _("done"),
    }[state]


def as_it_would_leave(plan: ReminderPlan) -> Letter:
    """The letter as the first guest on the list would get it now; raises what templates raise."""
    first = plan.event.registrations.going().select_related("contact").order_by("pk").first()
    seat = first or a_seat(plan.event)
    seat.event = plan.event
    return Delivery(
        template=plan.letter,
        context=_facts(plan) | seat.facts(),
        language=seat.contact.language or plan.event.series.language,
        message_class=MessageClass.SERVICE,
    ).render()


def send_to_herself(plan: ReminderPlan, user: User) -> None:
    """One copy to the organizer; its link opens nobody's seat."""
    seat = a_seat(plan.event, user.name)
    Delivery.objects.post(
        None,
        plan.letter,
        _facts(plan) | seat.facts(),
        key=f"try:{uuid4()}",
        message_class=MessageClass.SERVICE,
        realm=plan.event.series.realm,
        address=user.email,
        language=get_language() or "",
    )


def a_seat(event: Event, name: str = "") -> Registration:
    """A seat that nobody holds, for letters that are only looked at."""
    seed = new_seed()
    return Registration(
        event=event,
        contact=Contact(name=name),
        mode=event.modes[0],
        state=Registration.State.GOING,
        seed=seed,
        token_hash=hash_of(token_from(seed)),
    )


def _facts(plan: ReminderPlan) -> dict[str, Any]:
    own = {"words": plan.words, "own_subject": plan.subject}
    return notices.facts(plan.event) | own
