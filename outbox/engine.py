"""One sender: claims what is due and takes it to the door, one message after the other."""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from outbox.fence import Fence
from outbox.letters import Letter
from outbox.models import Batch, Channel, Delivery
from outbox.retry import wait_before
from outbox.stencils import Stencil, kind_of
from outbox.transport import NoLine, NotTaken, Refused, Transport, TryLater, Unclear, configured

logger = logging.getLogger(__name__)
CHUNK = 100
MOST_KEPT = 200  # batches, and stencils
# A line that fails this often in a row is left alone until the next wake-up.
MOST_DEAD_CONNECTS = 3


@dataclass
class Round:
    """How the last chunk went, for the channel's breaker."""

    tries: int = 0
    errors: int = 0
    dead_connects: int = 0
    connected: bool = False

    def add(self, failure: NotTaken | None) -> None:
        self.tries += 1
        self.errors += isinstance(failure, TryLater | Unclear)
        if isinstance(failure, NoLine):
            self.dead_connects += 1
        else:
            self.connected, self.dead_connects = True, 0


@dataclass(frozen=True)
class Packed:
    """A message ready to leave, in the form of its transport."""

    delivery: Delivery
    parcel: Any


class Sender:
    """Sends what is due on one channel; any number of them may run at once."""

    def __init__(
        self,
        transport: Transport | None = None,
        channel: str = "email",
        over: threading.Event | None = None,
    ) -> None:
        """`over`, once set by another thread, ends the round after the message in hand."""
        self.transport = transport or configured()
        self._announce = getattr(self.transport, "announce", lambda parcel: None)
        self.fence = Fence(channel)
        self.channel = Channel.objects.named(channel)
        self.round = Round()
        self.found_much = False
        self._over = over or threading.Event()
        self._waiting: deque[Delivery] = deque()
        self._ahead: Packed | None = None
        self._batches: dict[int, Batch] = {}
        self._stencils: dict[tuple[int, str, str, str], Stencil | None] = {}

    def run(self, seconds: float = 30, call_help: Callable[[], None] = lambda: None) -> bool:
        """Send until nothing is due or the time is up; True if there may be more to send.

        `call_help` is called after each full chunk.
        """
        until = time.monotonic() + seconds
        Delivery.objects.expire()
        try:
            with self.fence.held():
                while self.send_chunk():
                    if time.monotonic() >= until:
                        return True
                    if self.found_much:
                        call_help()
                return False
        finally:
            self.transport.close()

    def send_chunk(self) -> bool:
        """Send up to a hundred messages; False when there is no reason to come back at once."""
        granted = self.channel.take(CHUNK)
        if not granted:
            return self._wait_for_tokens()
        claimed = self.fence.claim(granted)
        self.found_much = len(claimed) == CHUNK
        fresh_until = time.monotonic() + settings.LEASE_SECONDS / 2
        self.round = Round()
        self._waiting.extend(claimed)
        while packed := self._ahead or self._packed():
            self._send(packed)
            if self._must_stop or time.monotonic() > fresh_until:
                self._give_back()
        self.fence.write_down()
        if any(delivery.is_house for delivery in claimed):
            Delivery.objects.blank_house()
        self.channel.note(**vars(self.round))
        return bool(claimed) and not self._must_stop

    def _give_back(self) -> None:
        self._waiting.clear()
        self._ahead = None
        self.fence.return_rest()

    @property
    def _must_stop(self) -> bool:
        gone = self.fence.is_broken or self._over.is_set()
        return gone or self.round.dead_connects >= MOST_DEAD_CONNECTS

    def _wait_for_tokens(self) -> bool:
        if self.channel.is_paused or not self.channel.rate:
            return False
        time.sleep(min(1 / self.channel.rate, 1))
        return Delivery.objects.due().filter(channel=self.channel.name).exists()

    def _packed(self) -> Packed | None:
        """The next message that can be sent; why others cannot is booked on them."""
        while self._waiting:
            delivery = self._waiting.popleft()
            try:
                return self._pack(delivery)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:  # one bad message must not stop the other 49,999
                self.fence.fail(delivery, Refused("render", f"{type(error).__name__}: {error}"))
        return None

    def _pack_ahead(self) -> None:
        """Pack the next message while the database writes.

        What fails, or asks the database for something, is packed again when its turn comes.
        """
        with contextlib.suppress(Exception):
            self._ahead = self._pack(self._waiting[0]) if self._waiting else None
            self._waiting.popleft()

    def _pack(self, delivery: Delivery) -> Packed:
        return Packed(delivery, self.transport.pack(delivery, self._letter(delivery)))

    def _letter(self, delivery: Delivery) -> Letter:
        if delivery.batch_id is None:
            return delivery.render()
        delivery.batch = self._batch(delivery.batch_id)
        same = (delivery.batch_id, delivery.template, delivery.language, kind_of(delivery))
        if same not in self._stencils:
            _forget_the_oldest(self._stencils)
            self._stencils[same] = Stencil.fitting(delivery)
        stencil = self._stencils[same]
        return stencil.fill(delivery) if stencil else delivery.render()

    def _batch(self, pk: int) -> Batch:
        if pk not in self._batches:
            _forget_the_oldest(self._batches)
            self._batches[pk] = Batch.objects.get(pk=pk)
        return self._batches[pk]

    def _send(self, packed: Packed) -> None:
        self._ahead = None
        failure = None
        try:
            self._hand_over(packed)
        except NotTaken as reason:
            failure = reason
            self._book(packed.delivery, reason)
        self.round.add(failure)

    def _hand_over(self, packed: Packed) -> None:
        delivery, parcel = packed.delivery, packed.parcel
        self.transport.offer(parcel)
        if self.fence.hand_over(delivery, parcel.subject, self._pack_ahead):
            if self._ahead is not None:
                self._announce(self._ahead.parcel)
            self.fence.sent(delivery, self.transport.hand_over(parcel))
        else:
            self.transport.take_back()

    def _book(self, delivery: Delivery, failure: NotTaken) -> None:
        wait = wait_before(delivery, failure, self.fence.tries_before(delivery))
        if isinstance(failure, Unclear):
            self.fence.leave_unknown(delivery, failure)
        elif isinstance(failure, TryLater) and wait is not None:
            self.fence.put_back(delivery, failure, wait)
        else:
            self.fence.fail(delivery, failure)


def _forget_the_oldest(kept: dict[Any, Any]) -> None:
    """A sender that meets ever new batches stays as small as it began."""
    if len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]
