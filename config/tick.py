"""What is due is read from the rows, every 30 seconds, by any number of schedulers."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError

from mailings.complaints import heed_complaints
from mailings.digests import advance_digests
from mailings.models import HeldBack, Reminder
from mailings.sending import start_due
from meetups.keeping import forget_due
from meetups.models import Event, Wish
from outbox import wake
from outbox.models import Heartbeat
from registrations.circles.rounds import settle_circles
from registrations.closing import close_due_lists
from registrations.models import Import, Registration
from registrations.turnout.storing import store_due
from speakers.models import Call, Duty, Lead, Offer, Proof, Proposal, SlideDraft

log = logging.getLogger(__name__)

# In this order; each finds its own work in the rows.
STEPS: dict[str, Callable[[], int]] = {
    "times recomputed": Event.objects.recompute_instants,
    "deadlines recomputed": Call.objects.recompute_instants,
    "held seats freed": Registration.objects.expire_holds,
    "seats filled": Registration.objects.fill_forgotten_seats,
    "forecasts written": store_due,
    "lists of the door closed": close_due_lists,
    "circles brought up to date": settle_circles,
    "reminders written": Reminder.objects.plan_due,
    "complaints heeded": heed_complaints,
    "waves started": start_due,
    "digests written": advance_digests,
    "reserves asked": Offer.objects.move_on_due,
    "speakers reminded": Duty.objects.remind_due,
    "speakers asked again": Proposal.objects.chase_due,
    "leads who spoke": Lead.objects.note_speakers,
    "drafts forgotten": Proposal.objects.forget_drafts,
    "codes forgotten": Proof.objects.forget,
    "wishes forgotten": Wish.objects.forget,
    "people held back forgotten": HeldBack.objects.forget,
    "old things forgotten": forget_due,
    "files left lying forgotten": Import.objects.forget,
    "files swept": SlideDraft.objects.sweep,
}


def tick() -> dict[str, int]:
    """Plan everything that is due now and wake the workers; sends nothing itself.

    Returns what was done, by name; harmless to call at any time, in any number. A step that fails
    is logged and left out: one bad row of one evening must not cost the others their reminder.
    """
    done = {}
    for name, step in STEPS.items():
        try:
            done[name] = step()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("The tick could not do this: %s", name)
    Heartbeat.objects.beat("tick")
    wake.ring()
    return done
