"""Who reports our mail as spam has said no to all news, whatever series they come from."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from meetups.models import Subscription
from outbox.models import Delivery, MailEvent
from outbox.states import MessageClass

# A tick comes twice a minute; so long a standstill of it is still made good.
LOOK_BACK = timedelta(days=30)


def heed_complaints() -> int:
    """Withdraw what the complainants of late had agreed to, and the news that wait for them.

    Returns how many people; a consent that is younger than the complaint stands.
    """
    told = MailEvent.objects.filter(
        type=MailEvent.Type.COMPLAINED,
        received_at__gte=timezone.now() - LOOK_BACK,
        delivery__contact__isnull=False,
    )
    agreed = Subscription.objects.filter(
        withdrawn_at=None, member__contact__in=told.values("delivery__contact")
    ).alias(agreed_at=Coalesce("confirmed_at", "given_at"))
    since_then = told.filter(
        delivery__contact=OuterRef("member__contact"), received_at__gte=OuterRef("agreed_at")
    )
    found = dict(agreed.filter(Exists(since_then)).values_list("pk", "member__contact"))
    if found:
        _say_no_for(found)
    return len(set(found.values()))


def _say_no_for(found: dict[int, int]) -> None:
    Subscription.objects.filter(pk__in=found).withdraw()
    news = Delivery.objects.filter(
        contact__in=set(found.values()), message_class=MessageClass.PROMOTIONAL
    )
    news.unsent().withdraw()
