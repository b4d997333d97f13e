from celery import shared_task
from celery.signals import worker_ready

from outbox import sweeping, wake
from outbox.models import Delivery
from outbox.pair import send_due
from outbox.ways import open_ways

ROUND = 10  # seconds of sending, then whatever else waits for this worker


@worker_ready.connect
def look_for_work(**_: object) -> None:
    """A worker that has just started need not wait for a wake-up that died with the one before."""
    wake.ring()


@shared_task(ignore_result=True)
def send_messages() -> None:
    """Send what is due; a wake-up that may come twice, in any number, or not at all."""
    sweeping.free_abandoned()
    more = [send_due(name, ROUND) for name in sorted(open_ways())]
    if any(more):
        wake.ring()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Set right what senders left behind, and wake them if there is work."""
    sweeping.free_abandoned()
    sweeping.send_again_without_evidence()
    Delivery.objects.expire()
    Delivery.objects.blank_house()
    sweeping.forget_old_words()
    if Delivery.objects.due().exists():
        wake.ring()
