"""Who reports our mail as spam gets no more news from anybody here; soft bounces add up."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from config.tick import STEPS
from mailings.complaints import heed_complaints
from meetups.models import Subscription
from outbox.models import Delivery, MailEvent, Suppression
from tests.builders import make_contact, make_follower, make_line, make_series
from tests.outbox.conftest import make_delivery, state_of

pytestmark = pytest.mark.django_db


def make_sent(contact=None, address="ada@example.org", **fields) -> Delivery:
    delivery = make_delivery(contact=contact, address=address, **fields)
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", handed_over_at=now, sent_at=now)
    return delivery


def tell(delivery: Delivery, event: str, *, hard: bool = True, number: int = 1) -> None:
    MailEvent.objects.take(
        delivery, provider="plain", provider_event_id=f"{delivery.pk}:{event}:{number}",
        type=event, message_id=delivery.message_id, at=timezone.now(), hard=hard,
    )  # fmt: skip


def test_a_complaint_ends_every_consent_and_takes_back_the_news_that_wait():
    ada, other = make_contact("ada@example.org"), make_contact()
    first, second = make_series(), make_series()
    hers = [
        make_follower(first, ada),
        make_follower(first, ada, make_line(first)),
        make_follower(second, ada, channel="messenger"),
    ]
    kept = make_follower(first, other)
    news = make_delivery(contact=ada, message_class="promotional", channel="messenger")
    seat = make_delivery(contact=ada, message_class="transactional")
    others = make_delivery(contact=other, message_class="promotional")

    tell(make_sent(ada, message_class="promotional"), "complained")
    assert (heed_complaints(), heed_complaints()) == (1, 0)

    standing = Subscription.objects.filter(withdrawn_at=None)
    assert (list(standing), len(hers)) == ([kept], 3)
    assert [state_of(d) for d in (news, seat, others)] == ["cancelled", "queued", "queued"]


def test_a_consent_given_after_the_complaint_stands():
    ada = make_contact("ada@example.org")
    follower = make_follower(make_series(), ada)
    tell(make_sent(ada), "complained")
    heed_complaints()

    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        Subscription.objects.grant(follower.member, None, {"source": "form"})
        assert heed_complaints() == 0

    assert Subscription.objects.confirmed().count() == 1


def test_a_bounce_and_a_complaint_about_nothing_of_ours_end_no_consent():
    ada = make_contact("ada@example.org")
    make_follower(make_series(), ada)
    tell(make_sent(ada), "bounced")
    MailEvent.objects.take(
        None, provider="plain", provider_event_id="1", type="complained", message_id="<x@y>",
        at=timezone.now(),
    )  # fmt: skip
    assert heed_complaints() == 0


def test_the_tick_heeds_complaints():
    assert STEPS["complaints heeded"] is heed_complaints


def is_blocked() -> bool:
    return Suppression.objects.covering("ada@example.org").exists()


def test_the_third_soft_bounce_in_thirty_days_blocks_the_address():
    for days, blocked in [(0, False), (14, False), (29, True)]:
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            tell(make_sent(), "bounced", hard=False)
            assert is_blocked() is blocked


def test_soft_bounces_far_apart_or_of_one_message_block_nothing():
    once = make_sent()
    for number in range(5):
        tell(once, "bounced", hard=False, number=number)
    for days in (31, 62):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            tell(make_sent(), "bounced", hard=False)
    tell(make_sent(address="other@example.org"), "bounced", hard=False)
    assert not is_blocked()


def test_one_hard_bounce_is_enough():
    tell(make_sent(), "bounced")
    assert is_blocked()
