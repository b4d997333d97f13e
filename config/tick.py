"""What is due is read from the rows, every 30 seconds, by any number of schedulers."""

from mailings.models import Reminder
from meetups.models import Event
from outbox import wake
from outbox.models import Heartbeat
from registrations.models import Registration


def tick() -> dict[str, int]:
    """Plan everything that is due now and wake the workers; sends nothing itself.

    Returns what was done, by name; harmless to call at any time, in any number.
    """
    done = {
        "times recomputed": Event.objects.recompute_instants(),
        "held seats freed": Registration.objects.expire_holds(),
        "seats filled": Registration.objects.fill_forgotten_seats(),
        "reminders written": Reminder.objects.plan_due(),
    }
    Heartbeat.objects.beat("tick")
    wake.ring()
    return done
