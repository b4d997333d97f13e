"""Two senders side by side in one process: faster, and what one alone promises still holds."""

import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from outbox import sweeping
from outbox.letters import Letter
from outbox.models import Claimant, Delivery
from outbox.pair import send_due
from outbox.transport import Receipt
from tests.outbox.conftest import make_delivery

pytestmark = pytest.mark.django_db(transaction=True)


class Door:
    """A way out that notes which thread took what, and does what the test wants at the door."""

    taken: list[tuple[str, str]] = []

    def pack(self, delivery: Delivery, letter: Letter) -> Any:
        self.key = delivery.key
        return letter

    def offer(self, parcel: Any) -> None: ...
    def take_back(self) -> None: ...
    def close(self) -> None: ...

    def hand_over(self, parcel: Any) -> Receipt:
        time.sleep(0.001)  # so that both have their turn
        self.taken.append((threading.current_thread().name, parcel.subject))
        self.meddle()
        return Receipt()

    def meddle(self) -> None: ...


class FaultyForTheSecond(Door):
    def meddle(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("The second fell over.")


class AskedToStop(Door):
    def meddle(self) -> None:
        if threading.current_thread() is threading.main_thread() and len(self.taken) > 150:
            raise SystemExit


@pytest.fixture
def through(settings):
    """Sends so many messages through this door; returns in which thread each was taken."""

    def through(messages: int, door: type[Door] = Door) -> Counter[str]:
        settings.OUTBOX_TRANSPORT = f"{__name__}.{door.__name__}"
        Door.taken = []
        for _ in range(messages):
            make_delivery()
        try:
            send_due("email", 30)
        finally:
            assert len({subject for _thread, subject in Door.taken}) == len(Door.taken)
        return Counter(thread for thread, _subject in Door.taken)

    return through


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


def connections_to_this_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_two_share_what_is_much_and_leave_nothing_behind(through):
    before = connections_to_this_database()

    taken = through(350)

    assert states() == {"sent": 350}
    assert taken.total() == 350
    assert len(taken) == 2
    assert not Claimant.objects.exists()
    assert connections_to_this_database() == before


def test_for_a_few_messages_one_is_enough(through):
    assert len(through(99)) == 1


def test_a_fault_of_the_second_is_raised_and_only_its_message_in_hand_is_unclear(through):
    with pytest.raises(RuntimeError, match="The second fell over"):
        through(350, FaultyForTheSecond)

    assert states() == {"sent": 349, "handover": 1}
    sweeping.free_abandoned()
    assert states() == {"sent": 349, "unknown": 1}


def test_a_shutdown_ends_both_soon_and_gives_the_rest_back(through):
    with pytest.raises(SystemExit):
        through(600, AskedToStop)

    sweeping.free_abandoned()
    left = states()
    assert left["unknown"] == 1
    assert left["sent"] == len(Door.taken) - 1
    assert left["queued"] == 600 - len(Door.taken)
    assert left["queued"] > 300  # the second does not send what is left
