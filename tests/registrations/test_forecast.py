"""The forecast itself, against series whose rate is known because the test has made it."""

import re
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from registrations.forecast import Evening, Group, Outlook, Turnout, rates, usually_brings

DOCUMENT = Path(__file__).parents[2] / "docs" / "forecast.md"
# Organizers' own three evenings (need 66), the latest first.
OWN = [Evening(130, 40), Evening(110, 27), Evening(100, 30)]
RATES, SPREADS, SIZES = (0.25, 0.375, 0.5, 0.65, 0.8), (0.0, 0.04, 0.07, 0.1), (15, 40, 100, 300)


def outlook(past, registered, **facts):
    return Turnout(past, [Group(registered)], **facts).outlook()


def share_of(random, rate, spread):
    """The share that comes to one evening of a series with this rate: a beta distribution."""
    if not spread:
        return rate
    sure = rate * (1 - rate) / spread**2 - 1
    return random.betavariate(rate * sure, (1 - rate) * sure)


def came_of(random, share, people):
    return sum(random.random() < share for _n in range(people))


def evening(random, rate, spread, size):
    people = min(max(round(size * random.uniform(0.7, 1.3)), 15), 300)
    return Evening(people, came_of(random, share_of(random, rate, spread), people))


def series(random, evenings):
    """Past evenings and the next one of a series of any rate, spread and size."""
    facts = random.choice(RATES), random.choice(SPREADS), random.choice(SIZES)
    past = [evening(random, *facts) for _n in range(evenings)]
    return facts, past, evening(random, *facts)


@pytest.fixture(scope="module")
def simulated():
    """For 3, 6, 12 and 24 past evenings the same thousand: what was said, and what then came."""
    random = Random(2026)
    return [
        Simulated(*facts, past, then, outlook(past, then.registered))
        for evenings in (3, 6, 12, 24)
        for facts, past, then in (series(random, evenings) for _n in range(1000))
    ]


class Simulated(NamedTuple):
    rate: float
    spread: float
    size: int
    past: list[Evening]
    then: Evening
    said: Outlook

    @property
    def is_inside(self):
        return self.said.low <= self.then.came <= self.said.high


def coverage(found):
    return sum(one.is_inside for one in found) / len(found)


def test_eight_of_ten_ranges_hold_the_number_that_comes(simulated):
    for evenings in (3, 6, 12, 24):
        found = [one for one in simulated if len(one.past) == evenings]
        assert len(found) == 1000
        assert 0.75 <= coverage(found) <= 0.85, evenings


def test_so_they_do_whatever_the_rate_and_the_size_of_the_series(simulated):
    for rate in RATES:
        assert 0.75 <= coverage([one for one in simulated if one.rate == rate]) <= 0.85, rate
    for size in SIZES:
        assert 0.75 <= coverage([one for one in simulated if one.size == size]) <= 0.85, size


def test_after_twelve_evenings_it_errs_half_as_much_as_everybody_and_no_more_than_the_mean(
    simulated,
):
    ours = everybody = mean = 0
    for one in [one for one in simulated if len(one.past) == 12]:
        people, came = one.then.registered, one.then.came
        rate = sum(e.came for e in one.past) / sum(e.registered for e in one.past)
        ours += abs(one.said.expected - came)
        everybody += people - came
        mean += abs(round(rate * people) - came)
    assert ours <= everybody / 2
    # After so many evenings both know the rate, and err alike.
    assert ours <= mean


def test_the_seats_it_advises_overfill_the_room_no_more_often_than_was_chosen(simulated):
    random, risks = Random(5), (1, 5, 10, 20)
    overfilled = Counter()
    for one in simulated[::4]:
        room, known = max(round(one.size * one.rate), 5), Turnout(one.past, [])
        for percent in risks:
            seats = known.can_accept(room, percent)
            share = share_of(random, one.rate, one.spread)
            overfilled[percent] += came_of(random, share, seats) > room
    for percent in risks:
        assert overfilled[percent] / 1000 <= percent / 100, percent


def test_with_six_people_it_is_too_few_to_tell():
    assert outlook(OWN, 6) is None
    assert outlook([], 0) is None


def test_without_a_past_thirty_to_forty_five_of_a_hundred_come():
    found = outlook([], 200)
    assert (found.low, found.expected, found.high) == (60, 75, 89)  # 30, 37.5 and 44.5 %


def test_the_own_evenings_of_a_series_replace_what_free_events_know():
    full = [Evening(100, 78), Evening(100, 82)] * 6
    assert 75 <= outlook(full, 100).expected <= 85
    assert outlook(full, 100).low > 60


def test_who_came_before_counts_more_and_who_stayed_away_less():
    def expected(**own):
        return Turnout(OWN, [Group(40, **own)]).outlook().expected

    assert expected(missed=2) < expected() < expected(came=1) < expected(came=3)


def test_each_yes_makes_it_more_and_most_of_those_who_said_yes_come():
    numbers = [
        Turnout(OWN, [Group(yes, said_yes=True), Group(60 - yes)]).outlook().expected
        for yes in range(0, 61, 6)
    ]
    assert all(one < more for one, more in pairwise(numbers))
    assert numbers[-1] > 60 * 0.65


def test_guests_come_with_whoever_brings_them():
    alone, pairs = outlook(OWN, 60), Turnout(OWN, [Group(30, seats=2)]).outlook()
    assert pairs.registered == alone.registered == 60
    assert pairs.high - pairs.low > alone.high - alone.low


def test_days_to_go_make_it_less_sure_and_a_known_pace_lets_it_grow():
    assert outlook(OWN, 60, days=10).high > outlook(OWN, 60).high
    doubling = [Evening(100, 30, then=50), Evening(110, 33, then=55), Evening(90, 27, then=45)] * 2
    assert outlook(doubling, 60, days=7).expected == pytest.approx(36, abs=3)  # of 120
    assert outlook(doubling, 60, days=7, limit=60).expected == pytest.approx(18, abs=3)


def test_nobody_is_advised_to_give_away_fewer_seats_than_the_room_has():
    assert Turnout([Evening(50, 50)] * 12, [Group(80)]).can_accept(60, 1) == 60


def test_a_higher_risk_allows_more_seats():
    seats = [Turnout(OWN, []).can_accept(50, percent) for percent in (1, 5, 10, 20)]
    assert seats == sorted(set(seats))


def test_evenings_nobody_or_everybody_came_to_do_no_harm():
    for past in ([Evening(20, 0)] * 3, [Evening(20, 20)] * 3, [Evening(0, 0)], [Evening(9, 30)]):
        found = outlook(past, 50)
        assert 0 <= found.low <= found.expected <= found.high <= 50
        assert sum(chance.weight for chance in rates(past)) == pytest.approx(1)


def test_three_hundred_people_of_any_history_take_no_time():
    people = [Group(came=n % 5, missed=n % 3, said_yes=n % 4 == 0) for n in range(300)]
    took = []
    for _n in range(10):
        start = time.thread_time()
        Turnout([Evening(300, 100 + n, then=200) for n in range(24)], people, days=3).outlook()
        took.append(time.thread_time() - start)
    # Measured about 4 ms; room for a machine that does other things beside.
    assert min(took) < 0.02


def test_what_followers_bring_is_told_from_two_evenings_on():
    assert usually_brings(120, [(100, 50)]) is None
    assert usually_brings(120, [(100, 50), (6, 6)]) is None
    assert usually_brings(120, [(100, 50), (100, 60), (80, 32)]) == (48, 72)
    assert usually_brings(0, [(100, 50), (100, 60)]) is None


def _row(past, registered, came):
    found = outlook(past, registered)
    chairs = [str(Turnout(past, []).can_accept(50, risk)) for risk in (1, 5, 10, 20)]
    return [str(registered), f"{found.low}–{found.high}", str(found.expected), came, *chairs]


def test_the_document_says_what_the_code_says():
    """The organizers' own evenings: the third from the first two, the next from all three."""
    rows = re.findall(r"^\| (?:third|next) \| (.+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert [row.split(" | ") for row in rows] == [_row(OWN[1:], 130, "40"), _row(OWN, 130, "–")]
