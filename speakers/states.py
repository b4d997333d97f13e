"""The life of a proposal: its states, the only moves between them, and why not the others."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("to be answered")
    ACCEPTED = "accepted", _("accepted")
    CONFIRMED = "confirmed", _("confirmed")
    RESERVE = "reserve", _("in reserve")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("taken back")


class Stage(models.TextChoices):
    """Where a proposal stands on the organizers' board: its state, and whether it has a place."""

    SUBMITTED = "submitted", _("To be answered")
    RESERVE = "reserve", _("In reserve")
    POOL = "pool", _("Accepted, no evening yet")
    OFFERED = "offered", _("Planned, not confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    GIVEN = "given", _("Given")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")


NEW = ""  # a proposal that does not exist yet
_SETTLED = _("It was sent in already; it cannot become a draft again.")
_NO_DRAFT = _("This is a draft that nobody sent in yet.")
_ANSWERED = _(
    "It is answered already. Take the answer back first: keep it in reserve or accept it."
)
_NEEDS_PLACE = _("Only a talk that is placed on an evening can be confirmed.")
_GONE = _("The speaker took this proposal back. Only they can propose it again.")
_DECLINED = _("It was declined. Open it again first, then decide anew.")

# Every pair of states: None where the move is allowed, else the reason why it is not.
MOVES: dict[str, dict[State, Promise | None]] = {
    NEW: {
        State.DRAFT: None,
        State.SUBMITTED: None,
        State.ACCEPTED: _("A proposal is sent in before it is accepted."),
        State.CONFIRMED: _NEEDS_PLACE,
        State.RESERVE: _("A proposal is sent in before it is kept in reserve."),
        State.DECLINED: _("There is nothing to decline yet."),
        State.WITHDRAWN: _("There is nothing to take back yet."),
    },
    State.DRAFT: {
        State.DRAFT: _("It is a draft already."),
        State.SUBMITTED: None,
        State.ACCEPTED: _NO_DRAFT,
        State.CONFIRMED: _NO_DRAFT,
        State.RESERVE: _NO_DRAFT,
        State.DECLINED: _NO_DRAFT,
        State.WITHDRAWN: None,
    },
    State.SUBMITTED: {
        State.DRAFT: _SETTLED,
        State.SUBMITTED: _("It was sent in already."),
        State.ACCEPTED: None,
        State.CONFIRMED: _NEEDS_PLACE,
        State.RESERVE: None,
        State.DECLINED: None,
        State.WITHDRAWN: None,
    },
    State.ACCEPTED: {
        State.DRAFT: _SETTLED,
        State.SUBMITTED: _ANSWERED,
        State.ACCEPTED: _("It is accepted already."),
        State.CONFIRMED: None,
        State.RESERVE: None,
        State.DECLINED: None,
        State.WITHDRAWN: None,
    },
    State.CONFIRMED: {
        State.DRAFT: _SETTLED,
        State.SUBMITTED: _ANSWERED,
        State.ACCEPTED: None,
        State.CONFIRMED: _("It is confirmed already."),
        State.RESERVE: None,
        State.DECLINED: _("The speaker has confirmed. Take the talk off its evening first."),
        State.WITHDRAWN: None,
    },
    State.RESERVE: {
        State.DRAFT: _SETTLED,
        State.SUBMITTED: _ANSWERED,
        State.ACCEPTED: None,
        State.CONFIRMED: None,
        State.RESERVE: _("It is in reserve already."),
        State.DECLINED: None,
        State.WITHDRAWN: None,
    },
    State.DECLINED: {
        State.DRAFT: _SETTLED,
        State.SUBMITTED: None,
        State.ACCEPTED: _DECLINED,
        State.CONFIRMED: _DECLINED,
        State.RESERVE: _DECLINED,
        State.DECLINED: _("It is declined already."),
        State.WITHDRAWN: None,
    },
    State.WITHDRAWN: {
        State.DRAFT: _GONE,
        State.SUBMITTED: _GONE,
        State.ACCEPTED: _GONE,
        State.CONFIRMED: _GONE,
        State.RESERVE: _GONE,
        State.DECLINED: _GONE,
        State.WITHDRAWN: _("It was taken back already."),
    },
}

# Waits for an answer, or has one that may still change; only these stand in an agenda.
LIVE = frozenset({State.SUBMITTED, State.ACCEPTED, State.CONFIRMED, State.RESERVE})
