"""Too few for the room, or too many: said while there is time to act (need 52)."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.step import Step
from registrations.turnout.prospects import Prospect
from registrations.turnout.report import overflow, shortfall

# Before the invitations nobody need worry; the first of them leaves three weeks ahead (need 70).
WATCHED_DAYS = 14


def turnout_steps(prospect: Prospect | None) -> Iterator[Step]:
    """One sentence at most, with the page that says what to do."""
    if prospect is None or not prospect.turnout.registered:
        return
    url = reverse("admin:registrations_forecast", args=[prospect.event.pk])
    if shortfall(prospect) and prospect.days <= WATCHED_DAYS:
        yield Step(_too_few(prospect), _("See what helps"), url)
    elif overflow(prospect):
        yield Step(_too_many(prospect), _("See what helps"), url)


def _too_few(prospect: Prospect) -> str:
    registered = prospect.turnout.registered
    facts = [ngettext("%d registered", "%d registered", registered) % registered]
    if outlook := prospect.outlook:
        range_ = {"low": outlook.low, "high": outlook.high}
        facts.append(_("%(low)d–%(high)d will come") % range_)
    days = int(prospect.days)
    left = ngettext("%d day left", "%d days left", days) % days if days else _("it is today")
    return _("%(facts)s: too few for this room, %(left)s.") % {
        "facts": ", ".join(facts), "left": left,
    }  # fmt: skip


def _too_many(prospect: Prospect) -> str:
    room = prospect.event.room
    return _("%(low)d–%(high)d will come, and the room holds %(room)d.") % {
        "low": prospect.outlook.low if prospect.outlook else 0,
        "high": prospect.outlook.high if prospect.outlook else 0,
        "room": room.capacity if room else 0,
    }
