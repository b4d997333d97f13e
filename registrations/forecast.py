"""How many of those registered will come: a range, chairs, food, and how many seats to give away.

An evening's rate differs from the series' own by a spread that is learned too, on the scale of log
odds; before the first evenings both follow what free events know (30–45 % come, need 53), then the
series' evenings. Each person counts by her own history, drawn toward that rate, and by her "yes".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import erf, exp, log, sqrt
from typing import NamedTuple

# With fewer one cannot tell: one person more or less is all the range there is (need 62).
FEWEST = 10
# Of ten ranges eight hold the number that comes.
SHARE = 0.8
# 30–45 % of those registered for a free event come (need 53): a third of them and a little more.
USUAL_RATE = 0.375
# What a first evening brings by the size of the city (need 39): the largest, the second tier.
FIRST_EVENING = {"large": 100, "second": 50}
# Older evenings say nothing about the next.
MOST_EVENINGS = 24
# So many evenings of her own weigh as much as the rate of the series.
OWN_WEIGHT = 4
# The odds of somebody who answered "still coming?" with yes.
YES_ODDS = 6.0
# Registrations come and go until the start: so much per day, where the pace is not known.
DRIFT, MOST_DRIFT = 0.015, 0.25

USUAL = log(USUAL_RATE / (1 - USUAL_RATE))
# Which mean a series may have (weight, centre and spread of the log odds): like other free events,
# or unlike them all.
MEANS = ((0.4, USUAL, 0.5), (0.6, USUAL, 1.5))
# How much its evenings may differ (spread of the log odds), each with its weight.
SPREADS = tuple((0.03 + 0.1 * step, exp(-((0.1 * step / 0.6) ** 2))) for step in range(11))
# How sure the band of free events is while nothing else is known.
BAND = 0.2
POINTS = 25


@dataclass(frozen=True)
class Evening:
    """One past evening: seats taken, people who came, seats taken as long before as it is now."""

    registered: int
    came: int
    then: int | None = None


@dataclass(frozen=True)
class Group:
    """So many people with as many seats each and the same history."""

    people: int = 1
    seats: int = 1
    came: int = 0
    missed: int = 0
    said_yes: bool = False


@dataclass(frozen=True)
class Outlook:
    """How many will come: of ten such ranges eight hold the number."""

    registered: int
    low: int
    expected: int
    high: int

    @property
    def chairs(self) -> int:
        """Nobody stands, if it goes well."""
        return self.high

    @property
    def food(self) -> int:
        """Little is left over."""
        return self.expected


class Chance(NamedTuple):
    """One way the evening may go: how likely, with which rate, how many come and how surely."""

    weight: float
    rate: float
    mean: float = 0.0
    variance: float = 0.0

    def at_most(self, number: float) -> float:
        """How likely no more than that come."""
        return 0.5 * (1 + erf((number - self.mean) / sqrt(2 * self.variance + 1e-9)))


@dataclass(frozen=True)
class Turnout:
    """The forecast of one list of people, from the series' evenings."""

    past: Sequence[Evening]
    groups: Sequence[Group]
    days: float = 0
    # No more seats than that can be taken; None where there is no limit.
    limit: int | None = None

    @cached_property
    def registered(self) -> int:
        """Seats taken now, those of guests included."""
        return sum(group.people * group.seats for group in self.groups)

    @cached_property
    def chances(self) -> list[Chance]:
        """The ways it may go for those registered now."""
        groups = _merged(self.groups)
        people = sum(group.people for group in groups)
        silent = 1 - sum(group.people for group in groups if group.said_yes) / max(people, 1)
        return [_of_list(chance, groups, silent) for chance in rates(self.past)]

    def outlook(self) -> Outlook | None:
        """Low, most likely and high; None where too few are registered to tell."""
        if self.registered < FEWEST:
            return None
        growth, doubt = self.growth
        grown = [_grown(chance, growth, doubt) for chance in self.chances]
        low, middle, high = _range(grown, max(self.registered, round(self.registered * growth * 2)))
        top = self.limit if self.limit and self.limit > self.registered else None
        if growth == 1 and not doubt:
            top = self.registered
        high = high if top is None else min(high, top)
        return Outlook(self.registered, low, min(middle, high), high)

    def can_accept(self, room: int, percent: float) -> int:
        """The most seats to give away, if the room may be too small in `percent` of 100 evenings.

        Never fewer than the room has.
        """
        good, bad = room, room * 20 + 1
        while bad - good > 1:
            seats = (good + bad) // 2
            if self._overfilled(seats, room) <= percent / 100:
                good = seats
            else:
                bad = seats
        return good

    def _overfilled(self, seats: int, room: int) -> float:
        """How likely the room is too small, had that many seats been taken."""
        return sum(
            chance.weight * (1 - _with_seats(chance, seats, self.registered).at_most(room + 0.5))
            for chance in self.chances
        )

    @cached_property
    def growth(self) -> tuple[float, float]:
        """How the list grows until the start by the pace of past evenings, and how unsurely."""
        if self.days <= 0:
            return 1.0, 0.0
        drift = min(DRIFT * self.days, MOST_DRIFT)
        pairs = [(e.registered, e.then) for e in self.past[:MOST_EVENINGS] if e.then]
        logs = [log(registered / then) for registered, then in pairs if then >= 5 and registered]
        if len(logs) < 3:
            return 1.0, drift
        mean = sum(logs) / len(logs)
        squares = sum((one - mean) ** 2 for one in logs) + 2 * drift**2
        doubt = sqrt(squares / (len(logs) + 1) * (1 + 1 / len(logs)))
        most = self.limit / self.registered if self.limit else exp(mean)
        return min(exp(mean), max(most, 1.0)), doubt


def usually_brings(followers: int, past: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """How many register when that many follow, from (followers, registered) of past evenings.

    From the least to the most that it ever was; None where too few followed, or too few evenings.
    """
    shares = [registered / then for then, registered in past if then >= FEWEST]
    if len(shares) < 2 or not followers:
        return None
    return round(followers * min(shares)), round(followers * max(shares))


def rates(past: Sequence[Evening]) -> list[Chance]:
    """Which rate the next evening may have, each with its weight; the latest evenings first."""
    known = [evening for evening in past if evening.registered > 0][:MOST_EVENINGS]
    ways = _learned(known) if known else [(1.0, USUAL, BAND)]
    middle = sum(weight * mean for weight, mean, _spread in ways)
    width = sqrt(sum(w * (spread**2 + (mean - middle) ** 2) for w, mean, spread in ways))
    step = 9 * width / (POINTS - 1)
    points = [middle + (n - POINTS // 2) * step for n in range(POINTS)]
    heights = [
        sum(w / spread * exp(-(((point - mean) / spread) ** 2) / 2) for w, mean, spread in ways)
        for point in points
    ]
    whole = sum(heights)
    return [Chance(h / whole, 1 / (1 + exp(-x))) for h, x in zip(heights, points, strict=True)]


def _learned(past: Sequence[Evening]) -> list[tuple[float, float, float]]:
    """The log odds of the next evening, as (weight, mean, spread) of bells."""
    seats = sum(evening.registered for evening in past)
    came = sum(min(evening.came, evening.registered) for evening in past)
    near = (came + 4 * USUAL_RATE) / (seats + 4)
    slope = near * (1 - near)
    seen = [
        (log(near / (1 - near)) + (min(e.came, e.registered) / e.registered - near) / slope,
         1 / (e.registered * slope))
        for e in past
    ]  # fmt: skip
    bells = [bell for spread, share in SPREADS for bell in _bells(seen, spread, share)]
    best = max(score for score, _mean, _spread in bells)
    likely = [(exp(score - best), mean, spread) for score, mean, spread in bells]
    whole = sum(weight for weight, _mean, _spread in likely)
    return [(w / whole, mean, spread) for w, mean, spread in likely if w > 1e-4 * whole]


def _bells(
    seen: list[tuple[float, float]], spread: float, share: float
) -> Iterator[tuple[float, float, float]]:
    """How well this spread explains the evenings with each kind of mean, and what comes next."""
    weights = [1 / (spread**2 + noise) for _odds, noise in seen]
    exact = sum(weights)
    pull = sum(weight * odds for weight, (odds, _noise) in zip(weights, seen, strict=True))
    squares = sum(weight * odds**2 for weight, (odds, _noise) in zip(weights, seen, strict=True))
    score = sum(map(log, weights)) / 2 + log(share)
    for prior, centre, width in MEANS:
        sure = exact + 1 / width**2
        mean = (pull + centre / width**2) / sure
        misfit = squares + (centre / width) ** 2 - mean**2 * sure
        yield (
            score + log(prior) - (log(width**2 * sure) + misfit) / 2,
            mean,
            sqrt(spread**2 + 1 / sure),
        )


def _merged(groups: Iterable[Group]) -> list[Group]:
    counts: Counter[Group] = Counter()
    for group in groups:
        counts[replace(group, people=1)] += group.people
    return [replace(group, people=people) for group, people in counts.items()]


def _of_list(chance: Chance, groups: Iterable[Group], silent: float) -> Chance:
    """This way of the evening for these people; where many said yes, silence means less."""
    mean = variance = 0.0
    for group in groups:
        own = OWN_WEIGHT * chance.rate + group.came
        odds = own / (OWN_WEIGHT + group.came + group.missed - own)
        odds *= YES_ODDS if group.said_yes else silent
        comes = odds / (1 + odds)
        mean += group.people * group.seats * comes
        variance += group.people * group.seats**2 * comes * (1 - comes)
    return Chance(chance.weight, chance.rate, mean, variance)


def _grown(chance: Chance, growth: float, doubt: float) -> Chance:
    mean = chance.mean * growth
    variance = chance.variance * growth + (mean * doubt) ** 2
    return Chance(chance.weight, chance.rate, mean, variance)


def _with_seats(chance: Chance, seats: int, registered: int) -> Chance:
    """The same way with that many seats taken: strangers come by the rate, fewer in proportion."""
    if seats < registered:
        return _grown(chance, seats / registered, 0)
    more, rate = seats - registered, chance.rate
    variance = chance.variance + more * rate * (1 - rate)
    return Chance(chance.weight, rate, chance.mean + more * rate, variance)


def _range(chances: list[Chance], most: int) -> tuple[int, int, int]:
    """The numbers that hold SHARE of what may happen, most likely ones first, and the middle."""
    likely = _likely(chances, most)
    low = high = likely.index(max(likely))
    held = likely[low]
    while held < SHARE:
        below = likely[low - 1] if low else 0.0
        above = likely[high + 1] if high < most else 0.0
        # One number more would hold further from SHARE than it does now.
        if held + max(below, above) - SHARE > SHARE - held:
            break
        held += max(below, above)
        low, high = (low - 1, high) if below > above else (low, high + 1)
    return low, next(n for n, share in enumerate(accumulate(likely)) if share >= 0.5), high


def _likely(chances: list[Chance], most: int) -> list[float]:
    """How likely each number from 0 to `most` is."""
    likely = [0.0] * (most + 1)
    for weight, _rate, mean, variance in chances:
        scale = sqrt(2 * variance + 1e-9)
        first, last = max(int(mean - 3 * scale), 0), min(int(mean + 3 * scale) + 1, most)
        before = -1.0
        for number in range(first, last + 1):
            upto = erf((number + 0.5 - mean) / scale) if number < last else 1.0
            likely[number] += weight / 2 * (upto - before)
            before = upto
    return likely
