"""Which places of an agenda a talk can stand in."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from meetups.models import Refused, Slot
from speakers.models.talk import Talk
from speakers.states import LIVE, MOVES, State

if TYPE_CHECKING:
    from speakers.models.proposal import Proposal


def must_fit(proposal: "Proposal", slot: Slot) -> None:
    """Raises Refused, with the reason, unless this proposal may be planned for this place."""
    event = slot.event
    if event.series_id != proposal.call.series_id:
        raise Refused(_("This evening belongs to another series."))
    if event.is_cancelled or event.is_over:
        raise Refused(_("This evening does not take place any more."))
    if slot.kind not in {Slot.Kind.TALK, Slot.Kind.LIGHTNING}:
        raise Refused(_("This item of the agenda is not for talks."))
    holder = Talk.objects.filter(slot=slot).exclude(proposal=proposal).first()
    if holder:
        raise Refused(_("“%(talk)s” stands there already.") % {"talk": holder})
    if proposal.state not in LIVE:
        raise Refused(str(MOVES[proposal.state][State.ACCEPTED]))
