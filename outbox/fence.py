"""The database's side of one sender: what it has claimed, and the line no message crosses twice.

`hand_over` is that line. It is committed before the first byte of a message leaves, and it says yes
only while the claim is ours, its lease runs by the database's clock, nobody blocked the address and
it is not too late.
"""

import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models
from django.utils import timezone

from outbox.models import Attempt, Claimant, Delivery, Suppression
from outbox.models.suppression import address_hashes
from outbox.prepared import Prepared
from outbox.states import State
from outbox.transport import NotTaken, Receipt

logger = logging.getLogger(__name__)

# What no sender reads: every column costs, fifty thousand times.
UNREAD = {
    "about", "channel", "claim_token", "error", "handed_over_at", "lease_until", "not_before",
    "priority", "provider_id", "resends", "sent_at", "settled_at", "state", "subject", "waits_as",
}  # fmt: skip
READ = [str(f.column) for f in Delivery._meta.concrete_fields if f.attname not in UNREAD]

CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_delivery
    WHERE waits_as = 'queued' AND channel = %(channel)s AND not_before <= %(now)s
      AND (not_after IS NULL OR not_after > %(now)s)
    ORDER BY priority, not_before, id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE outbox_delivery AS delivery
    SET state = 'claimed', claim_token = %(token)s,
        lease_until = now() + make_interval(secs => %(lease)s)
    FROM due WHERE delivery.id = due.id
    RETURNING delivery.*
)
SELECT {", ".join(READ)} FROM claimed ORDER BY priority, not_before, id
"""  # noqa: S608 (our own column names)

# `IS NOT DISTINCT FROM` is `=` that no index serves: the row is to be found by its id, not among
# the thousands of this claimant.
HAND_OVER = """
UPDATE outbox_delivery
SET state = 'handover', attempts = attempts + 1, handed_over_at = %(now)s, subject = %(subject)s
WHERE id = %(id)s AND claim_token IS NOT DISTINCT FROM %(token)s
  AND state = 'claimed' AND lease_until > now()
  AND (not_after IS NULL OR not_after > %(now)s)
  AND NOT EXISTS (
      SELECT FROM outbox_suppression WHERE address_hash = ANY(string_to_array(%(hashes)s, ' '))
  )
RETURNING attempts
"""

# The count of attempts says which hand-over this answer belongs to, whatever happened to the row
# while the answer was on its way.
SETTLE = """
UPDATE outbox_delivery
SET state = 'sent', sent_at = %(sent_at)s, settled_at = %(sent_at)s, error = '',
    provider_id = %(provider_id)s
WHERE id = %(sent_id)s AND attempts = %(sent_n)s
  AND state IN ('handover', 'unknown', 'queued', 'claimed')
"""

RECORD = """
INSERT INTO outbox_attempt (delivery_id, n, started_at, phase, code, text)
VALUES (%(sent_id)s, %(sent_n)s, %(started_at)s, 'taken', %(code)s, %(text)s)
ON CONFLICT DO NOTHING
"""

_hand_over = Prepared("outbox_hand_over", HAND_OVER)
_settle = Prepared("outbox_settle", f"WITH settled AS ({SETTLE}) {RECORD}")
# One round trip and one commit for both: the last message's answer and the next one's fence.
_settle_and_hand_over = Prepared(
    "outbox_settle_and_hand_over",
    f"WITH settled AS ({SETTLE}), recorded AS ({RECORD}) {HAND_OVER}",
)


@dataclass(frozen=True)
class Sent:
    """A message that was taken, not yet written down."""

    delivery: Delivery
    receipt: Receipt
    at: datetime

    def parameters(self) -> dict[str, object]:
        return {
            "sent_id": str(self.delivery.pk),
            "sent_n": self.delivery.attempts,
            "sent_at": str(self.at),
            "started_at": str(self.delivery.handed_over_at),
            "provider_id": self.receipt.provider_id[:300],
            "code": self.receipt.code,
            "text": self.receipt.text[:500],
        }


class Fence:
    """One sender's claims; the token on them dies with it."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.token = uuid.uuid4()
        self._unwritten: Sent | None = None
        self._crossed: uuid.UUID | None = None
        self.is_broken = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """While this lasts, a sweep can see that the sender lives (see `sweeping`)."""
        self._lock("SELECT pg_advisory_lock(%s)")
        Claimant.objects.create(token=self.token)
        try:
            yield
        finally:
            self.let_go()

    def claim(self, limit: int) -> list[Delivery]:
        """Up to `limit` due messages, most urgent first, ours for LEASE_SECONDS."""
        parameters = {
            "channel": self.channel,
            "now": timezone.now(),
            "limit": limit,
            "token": self.token,
            "lease": settings.LEASE_SECONDS,
        }
        return list(Delivery.objects.raw(CLAIM, parameters))

    def hand_over(
        self, delivery: Delivery, subject: str, meanwhile: Callable[[], None] = lambda: None
    ) -> bool:
        """Commit that the message is about to leave; False if it must not.

        Writes down the message before it in the same breath. `meanwhile` is done while the
        database writes, and must not ask it for anything.
        """
        now = timezone.now()
        parameters: dict[str, object] = {
            "id": str(delivery.pk),
            "token": str(self.token),
            "now": str(now),
            "subject": subject[:255],
            "hashes": " ".join(address_hashes(delivery.address)),
        }
        try:
            answer = self._cross(parameters, meanwhile)
        except (OperationalError, InterfaceError):
            # Whether it was committed or not: the message has not left, and nobody else has it.
            self.recover(delivery)
            return False
        if answer is None:
            self._close(delivery)
            return False
        delivery.attempts, delivery.handed_over_at = int(answer), now
        self._crossed = delivery.pk
        return True

    def _cross(self, parameters: dict[str, object], meanwhile: Callable[[], None]) -> bytes | None:
        statement = _hand_over
        if self._unwritten is not None:
            statement, parameters = _settle_and_hand_over, parameters | self._unwritten.parameters()
        answer = statement.ask(parameters, meanwhile)
        self._unwritten = None
        return answer

    def sent(self, delivery: Delivery, receipt: Receipt) -> None:
        """The message was taken; written down with the next hand-over or `write_down`."""
        self.write_down()
        self._unwritten = Sent(delivery, receipt, timezone.now())

    def write_down(self) -> None:
        """Settle the message that was taken last."""
        if self._unwritten is None:
            return
        try:
            _settle.ask(self._unwritten.parameters())
            self._unwritten = None
        except (OperationalError, InterfaceError):
            self.recover()

    def tries_before(self, delivery: Delivery) -> int:
        """How often it was tried before the try that has just ended."""
        return delivery.attempts - (self._crossed == delivery.pk)

    def put_back(self, delivery: Delivery, failure: NotTaken, wait: timedelta) -> None:
        """Queue a message that surely was not taken."""
        self._book(delivery, failure, state=State.QUEUED, not_before=timezone.now() + wait)

    def fail(self, delivery: Delivery, failure: NotTaken) -> None:
        """Give a message up; the row says why."""
        self._book(delivery, failure, state=State.FAILED, settled_at=timezone.now())

    def leave_unknown(self, delivery: Delivery, failure: NotTaken) -> None:
        """Nobody knows whether it was taken: only evidence moves it now (step 7)."""
        self._book(delivery, failure, state=State.UNKNOWN)

    def return_rest(self) -> int:
        """Give back what was claimed and not tried."""
        return self._in_hand().filter(state=State.CLAIMED).update(state=State.QUEUED)

    def let_go(self) -> None:
        """Write down, give back, step out; what the database does not take now is swept later."""
        try:
            self.write_down()
            self.return_rest()
            if not self._in_hand().exists():
                Claimant.objects.filter(token=self.token).delete()
        except (OperationalError, InterfaceError):
            logger.exception("Claims could not be given back; the sweep will do it.")
        finally:
            with contextlib.suppress(OperationalError, InterfaceError):
                self._lock("SELECT pg_advisory_unlock(%s)")

    def recover(self, unsent: Delivery | None = None) -> None:
        """After a database fault: a new connection, and what is known of our messages written down.

        Raises the fault if the database does not come back within seconds. The sender should
        end its round: with the connection it may have lost its sign of life.
        """
        self.is_broken = True
        for pause in (0, 1, 2, 4, None):
            try:
                connection.close_if_unusable_or_obsolete()
                if self._unwritten is not None:
                    _settle.ask(self._unwritten.parameters())
                    self._unwritten = None
                if unsent is not None:
                    self._mine(unsent).update(state=State.QUEUED)
                return
            except (OperationalError, InterfaceError):
                if pause is None:
                    raise
                time.sleep(pause)

    def _lock(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [lock_number(self.token)])

    def _mine(self, delivery: Delivery) -> models.QuerySet[Delivery]:
        return self._in_hand().filter(pk=delivery.pk)

    def _in_hand(self) -> models.QuerySet[Delivery]:
        states = [State.CLAIMED, State.HANDOVER]
        return Delivery.objects.filter(claim_token=self.token, state__in=states)

    def _close(self, delivery: Delivery) -> None:
        """Say why the hand-over was denied, unless the claim was lost or the message withdrawn."""
        now = timezone.now()
        if Suppression.objects.covering(delivery.address).exists():
            reason = State.SUPPRESSED
        elif delivery.not_after and delivery.not_after <= now:
            reason = State.EXPIRED
        else:
            return
        self._mine(delivery).filter(state=State.CLAIMED).update(state=reason, settled_at=now)

    def _book(self, delivery: Delivery, failure: NotTaken, **changes: object) -> None:
        self.write_down()
        crossed = self._crossed == delivery.pk
        n = self.tries_before(delivery) + 1
        started_at = (crossed and delivery.handed_over_at) or timezone.now()
        changes |= {"error": str(failure)[:2000], "attempts": n}
        if self._mine(delivery).update(**changes):
            attempt = Attempt(
                delivery=delivery, n=n, started_at=started_at,
                phase=failure.phase, code=failure.code, text=failure.text[:2000],
            )  # fmt: skip
            Attempt.objects.bulk_create([attempt], ignore_conflicts=True)
        self._crossed = None


def lock_number(token: uuid.UUID) -> int:
    """The advisory lock of a living sender: PostgreSQL frees it when the process is gone."""
    return int.from_bytes(token.bytes[:8], "big", signed=True)
