"""The rounds of one evening: who is here and willing, made, kept up to date, and started."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _g

from meetups.models import Event, Refused
from registrations.circles.mixing import LARGEST, next_round, pairs_of, smallest_circle
from registrations.models import CirclePlace, CircleRound, Registration

# Below that one round of introductions of everybody is enough (need 103).
WORTH_CIRCLES = 20
FEWEST = 3
# A pair that met in a circle of another evening: a fifth of meeting twice tonight, three times
# at most, so that no number of old evenings outweighs one repetition.
EARLIER, MOST_EARLIER = 4, 12
HISTORY = timedelta(days=365)
SECONDS_EACH = 30


@dataclass(frozen=True)
class Circle:
    """A circle as it stands: its number is that of the sign to look for."""

    number: int
    members: Sequence[Registration]


def willing(event: Event) -> Any:
    """Those who are here and said that they join in (need 104)."""
    return event.registrations.arrived().filter(mixes=True).select_related("contact")


def current(event: Event) -> CircleRound | None:
    return event.circle_rounds.last()


def all_have_met(circles: Sequence[Circle], people: Collection[Registration]) -> bool:
    """Whether one small circle already held all of them: another round would repeat each pair."""
    small = [circle.members for circle in circles if len(circle.members) <= LARGEST + 1]
    return any(set(people) <= set(members) for members in small)


def circles_of(found: CircleRound | None) -> list[Circle]:
    """The circles of a round, by their numbers."""
    circles: dict[int, list[Registration]] = defaultdict(list)
    if found:
        for place in found.places.select_related("registration__contact"):
            circles[place.circle].append(place.registration)
    return [Circle(number, members) for number, members in sorted(circles.items())]


def make_round(event: Event, wanted: int = 6, everybody: bool = False) -> CircleRound:
    """The next round of those who are here and willing; `everybody` makes one large circle.

    Raises Refused for fewer than three people, and where all of them have met.
    """
    with event.locked() as event:
        seats = {seat.contact_id: seat for seat in willing(event).order_by("pk")}
        if len(seats) < FEWEST:
            raise Refused(_g("Fewer than three people are here and willing. Ask around first."))
        if all_have_met(circles_of(current(event)), list(seats.values())):
            raise Refused(_g("All who join stood in one circle already. Talk on."))
        number = event.circle_rounds.count() + 1
        if everybody:
            circles = [list(seats)]
        else:
            rounds, earlier = _rounds(event), _earlier(event, list(seats))
            circles = next_round(list(seats), rounds, earlier, wanted, seed=event.pk + number)
        made = event.circle_rounds.create(number=number, seconds_each=SECONDS_EACH)
        CirclePlace.objects.bulk_create(
            CirclePlace(round=made, registration=seats[person], circle=place)
            for place, circle in enumerate(circles, start=1)
            for person in circle
        )
        return made


def start_round(event: Event) -> None:
    """The introductions begin now, with the organizer's own."""
    event.circle_rounds.filter(number=event.circle_rounds.count()).update(started_at=timezone.now())


def leave(registration: Registration) -> None:
    """She has gone, or does not want to: out of the circle, and not asked into the next."""
    Registration.objects.filter(pk=registration.pk).update(mixes=False)
    settle(registration.event)


def settle(event: Event) -> int:
    """Take those out who are gone and let those join who came late; how many moved."""
    with event.locked() as event:
        found = current(event)
        if found is None:
            return 0
        here = {seat.pk: seat for seat in willing(event).order_by("arrived_at", "pk")}
        gone, _by_model = found.places.exclude(registration__in=here).delete()
        placed = set(found.places.values_list("registration", flat=True))
        late = [seat for pk, seat in here.items() if pk not in placed]
        for seat in late:
            _join(event, found, seat)
        return gone + len(late)


def settle_circles() -> int:
    """The same for all evenings that are on now; nothing moves where nothing changed."""
    now = timezone.now()
    on = Event.objects.published().filter(starts_at__lt=now, ends_at__gt=now)
    return sum(settle(event) for event in on.exclude(circle_rounds=None).distinct())


def _join(event: Event, found: CircleRound, seat: Registration) -> None:
    circles = circles_of(found)
    if circles:
        members = [[one.contact_id for one in circle.members] for circle in circles]
        met = Counter(
            other
            for pair in (pair for circles in _rounds(event) for pair in pairs_of(circles))
            for other in pair
            if seat.contact_id in pair
        )
        number = circles[smallest_circle(members, met)].number
    else:
        number = 1
    with transaction.atomic():
        found.places.create(registration=seat, circle=number)


def _rounds(event: Event) -> list[list[list[int]]]:
    """Who stood with whom this evening, round by round; all in one circle is not a meeting."""
    places = CirclePlace.objects.filter(round__event=event).order_by(
        "round__number", "circle", "pk"
    )
    rounds: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, circle, person in places.values_list(
        "round__number", "circle", "registration__contact"
    ):
        rounds[number][circle].append(person)
    return [list(circles.values()) for circles in rounds.values() if len(circles) > 1]


def _earlier(event: Event, people: list[int]) -> dict[tuple[int, int], int]:
    """What it costs that a pair meets which met at other evenings of the series' last year."""
    places = CirclePlace.objects.filter(
        round__event__series=event.series_id,
        round__event__starts_at__gt=event.starts_at - HISTORY,
        registration__contact__in=people,
    ).exclude(round__event=event)
    circles: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, circle, person in places.values_list("round", "circle", "registration__contact"):
        circles[number, circle].append(person)
    # Everybody in one large circle is no meeting.
    met = Counter(pairs_of([circle for circle in circles.values() if len(circle) <= LARGEST + 1]))
    return {pair: min(EARLIER * times, MOST_EARLIER) for pair, times in met.items()}
