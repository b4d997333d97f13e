"""Who asked for less while news was written could not yet take back what nobody saw."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from meetups.models import Series, Subscription
from meetups.models.following import PAUSE
from outbox.models.delivery import DeliveryQuerySet

# What somebody asks for carries a moment before its commit, and is seen only after it.
UNSEEN = timedelta(minutes=1)


def take_back_from_leavers(
    news: DeliveryQuerySet, series: Series, agreed: "QuerySet[Subscription]", began: datetime
) -> None:
    """Withdraw news that is committed by now from those who have left `agreed` since it `began`.

    Few people change their mind in such a moment: they are found first, then asked about.
    """
    lately = began - UNSEEN
    asked_for_less = Subscription.objects.filter(
        Q(withdrawn_at__gte=lately)
        | Q(paused_until__gte=lately + PAUSE)
        | Q(pace=Subscription.Pace.DIGEST),
        member__series=series,
    )
    unsent = news.unsent().filter(contact__in=asked_for_less.values("member__contact"))
    unsure = set(unsent.values_list("contact", flat=True))
    if unsure:
        stay = agreed.filter(member__series=series, member__contact__in=unsure)
        left = unsure.difference(stay.values_list("member__contact", flat=True))
        news.unsent().filter(contact__in=left).withdraw()
