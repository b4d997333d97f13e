"""What the sample writes to many: a wave that left, one that will, and a digest to be read."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.sample.building import digest_only
from mailings.models import Digest, Wave
from mailings.months import period_of, shifted
from mailings.sending import start
from meetups.models import Event, Series, Subscription
from outbox.models import Suppression
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import State
from people.models import User

TWO_DAYS = timedelta(days=2)
NO_USER = "550 5.1.1 no such user"
WORDS = "Three evenings are planned until spring. If you have something to show, now is the time."


def load_mailings() -> None:
    """Writes to nobody from here on by itself: what was due is sent, what is to come is days away.

    Its messages were never handed to anybody; every address is at example.org.
    """
    wanted = Subscription.objects.filter(member__contact__email__in=digest_only())
    wanted.update(pace=Subscription.Pace.DIGEST)
    _wave_that_left(Event.objects.get(slug="montreal-python-cartes"))
    _wave_to_come(Event.objects.get(slug="minsk-python-types-queues-tests"))
    for series in Series.objects.exclude(digest_day=None):
        _digest_to_come(series)


def _wave_that_left(event: Event) -> None:
    """Two days ago, to all without a seat; one address did not exist, one letter came back."""
    Suppression.objects.add_address("carla.mendes@example.org", Suppression.Reason.COMPLAINT)
    wave, left = event.waves.get(number=1), timezone.now() - TWO_DAYS
    local = left.astimezone(ZoneInfo(event.zone))
    wave.days_before, wave.at = (event.date - local.date()).days, local.time()
    wave.save()
    wave.release(_owner())
    start(wave)
    Wave.objects.filter(pk=wave.pk).update(started_at=left, released_at=left - TWO_DAYS)
    _settle(wave.messages(), left)


def _settle(letters: DeliveryQuerySet, at: datetime) -> None:
    """So they would stand in the outbox had they left in that moment."""
    wrong, lost, *_fine = letters.order_by("address").values_list("pk", flat=True)
    letters.update(created_at=at, not_before=at, settled_at=at, attempts=1)
    letters.filter(pk=wrong).update(state=State.FAILED, error=NO_USER)
    rest = letters.exclude(pk=wrong)
    rest.update(state=State.SENT, handed_over_at=at, sent_at=at)
    letters.filter(pk=lost).update(state=State.BOUNCED)


def _wave_to_come(event: Event) -> None:
    """Two weeks before the evening, released; the second one waits for somebody to read it."""
    wave = event.waves.get(number=1)
    wave.days_before = 14
    wave.save()
    wave.release(_owner())


def _digest_to_come(series: Series) -> None:
    """The next one has a line of its organizers; a month that has begun had its digest before."""
    period = period_of(timezone.now(), series.time_zone)
    digest, _created = Digest.objects.get_or_create(series=series, period=period)
    if digest.due_at <= timezone.now() + TWO_DAYS:
        digest.leave_out()
        digest, _created = Digest.objects.get_or_create(series=series, period=shifted(period, 1))
    digest.say(WORDS)


def _owner() -> User:
    return User.objects.get(email="owner@example.org")
