"""What no sender does for itself: the claims of the dead, the fates that stay open, old words."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.fence import lock_number
from outbox.models import Claimant, Delivery, Heartbeat
from outbox.states import MessageClass, State

# An answer after the final dot may take ten minutes (RFC 5321 4.5.3.2.6), and a minute for luck.
HANDOVER_GRACE = 660
KEEP_WORDS = timedelta(days=30)
FORGET_EVERY = timedelta(hours=1)


def free_abandoned() -> tuple[int, int]:
    """Requeue claims nobody holds any more, call their hand-overs unknown; returns both counts.

    Requeuing a claim is safe by the fence. A hand-over never goes back to the queue from here:
    if its sender lives after all, its answer still counts.
    """
    freed = lost = 0
    for claimant in Claimant.objects.all():
        is_dead = _nobody_holds(lock_number(claimant.token))
        freed += _free_claims(claimant, is_dead)
        lost += _give_up_hand_overs(claimant, is_dead)
        if is_dead:
            claimant.delete()
    return freed, lost


def _free_claims(claimant: Claimant, is_dead: bool) -> int:
    claimed = Delivery.objects.filter(claim_token=claimant.token, state=State.CLAIMED)
    over = claimed if is_dead else claimed.filter(lease_until__lt=Now())
    return over.update(state=State.QUEUED)


def _give_up_hand_overs(claimant: Claimant, is_dead: bool) -> int:
    grace = timedelta(seconds=getattr(settings, "OUTBOX_HANDOVER_GRACE", HANDOVER_GRACE))
    open_ones = Delivery.objects.filter(claim_token=claimant.token, state=State.HANDOVER)
    over = open_ones if is_dead else open_ones.filter(lease_until__lt=Now() - grace)
    return over.update(
        state=State.UNKNOWN, error=_("The sender stopped before it heard the answer.")
    )


def _nobody_holds(lock: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        free = bool(cursor.fetchone()[0])
        if free:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
    return free


def send_again_without_evidence() -> int:
    """Queue unknown messages about people's own seats once more, after the settle time."""
    quiet_since = timezone.now() - timedelta(seconds=settings.SETTLE_SECONDS)
    own = Delivery.objects.filter(message_class=MessageClass.TRANSACTIONAL)
    return own.filter(handed_over_at__lt=quiet_since).send_again()


def send_again_before(complete_until: datetime) -> int:
    """Queue unknown messages handed over before then: all evidence up to then is in."""
    return Delivery.objects.filter(handed_over_at__lt=complete_until).send_again()


def forget_old_words() -> int:
    """Once an hour: blank what was said in messages settled thirty days ago."""
    age = Heartbeat.objects.age("outbox retention")
    if age is not None and age < FORGET_EVERY:
        return 0
    Heartbeat.objects.beat("outbox retention")
    return Delivery.objects.forget(before=timezone.now() - KEEP_WORDS)
