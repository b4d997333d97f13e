"""Whether a wish fits, and who comes next: asked under the evening's lock."""

from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event, Refused

if TYPE_CHECKING:
    from registrations.models import Registration

NEXT_IN_QUEUE = """
UPDATE meetups_event SET queue_last = queue_last + 1 WHERE id = %s RETURNING queue_last
"""

# The order of `in_line`; as a statement since each who asks reads it while all others wait.
AHEAD_IN_LINE = """
SELECT count(*) FROM registrations_registration
WHERE event_id = %s AND state = 'waiting' AND mode = %s AND NOT needs_approval
  AND (behind, queue_no) < (%s, %s)
"""


def next_in_queue(event_id: int) -> int:
    """The next number of the evening's queue; no number is given twice."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IN_QUEUE, [event_id])
        return int(cursor.fetchone()[0])


def place_in_line(seat: "Registration") -> int:
    """1 for the first in line of this seat's mode."""
    with connection.cursor() as cursor:
        cursor.execute(AHEAD_IN_LINE, [seat.event_id, seat.mode, seat.behind, seat.queue_no])
        return int(cursor.fetchone()[0]) + 1


def must_be_on(event: Event) -> None:
    """Raises Refused where the evening is cancelled or over: nobody's place changes any more."""
    if event.is_cancelled:
        raise Refused(_("This evening is cancelled."))
    if event.is_over:
        raise Refused(_("This evening is over."))


def must_have_room(seat: "Registration", mode: str, guests: int) -> None:
    """Raises Refused where changing the seat to this needs more seats than there are."""
    event = seat.event
    if mode not in event.modes:
        raise Refused(_("One cannot take part in this evening that way."))
    if guests > max(event.guests_allowed, seat.guests):
        raise Refused(_("That is more guests than this evening has room for."))
    left = event.seats_left(mode)
    if left is None or seat.state == seat.State.WAITING:
        return
    wanted = 1 + guests - (seat.seats if mode == seat.mode else 0)
    if wanted > left:
        sentence = ngettext(
            "Only %(left)d more seat is free.", "Only %(left)d more seats are free.", left
        )
        raise Refused(sentence % {"left": left} if left else _("No further seat is free."))
