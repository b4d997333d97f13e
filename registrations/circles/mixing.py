"""Who stands in which circle, so that as few pairs as possible meet again; pure arithmetic.

Finding such rounds is the social golfer problem. Where everybody stays, the rounds follow a plan
(`plans.py`); where people come and go, a tabu search mends what the plan says (after Dotú and Van
Hentenryck, "Scheduling Social Golfers Locally", 2005).
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from registrations.circles.plans import plan_for

SMALLEST, LARGEST = 6, 8
# Meeting again on one evening is what people complain about; the last evenings come second.
TONIGHT, ONCE_MORE = 20, 2
# Swaps that are looked at, whatever the crowd: half a second at most.
EFFORT = 300_000
# A search that found nothing better for so many steps starts over from somewhere else.
PATIENCE = 400

Circle = Sequence[int]
Circles = Sequence[Circle]
Pair = tuple[int, int]


def sizes_for(people: int, wanted: int = SMALLEST) -> list[int]:
    """How large the circles are: six to eight people, `wanted` where the number allows.

    One circle up to eight people; 9 to 11 make two of four to six; 17 are 6, 6 and 5.
    """
    if people < 1:
        return []
    count = max(people // wanted, -(-people // LARGEST))
    smaller, larger_ones = divmod(people, count)
    return [smaller + 1] * larger_ones + [smaller] * (count - larger_ones)


def next_round(
    people: Sequence[int],
    rounds: Sequence[Circles] = (),
    earlier: Mapping[Pair, int] | None = None,
    wanted: int = SMALLEST,
    seed: int = 0,
) -> list[list[int]]:
    """The next circles for `people`, after these `rounds` of the same evening.

    `earlier` says how much it costs that a pair (smaller number first) meets who met on other
    evenings; 20 is as much as a repetition tonight. The same question gets the same answer.
    """
    sizes = sizes_for(len(people), wanted)
    if len(sizes) < 2:
        return [list(people)] if people else []
    chance = random.Random(seed)  # noqa: S311 (nothing secret: the same answer again)
    costs = _costs(people, rounds, earlier or {})
    search = _Search(costs, sizes, chance)
    planned = _planned(people, rounds, sizes)
    if planned and planned[1] and not earlier:
        best = planned[0]
    else:
        best = search.run(planned[0] if planned else search.somehow())
    return [[people[place] for place in circle] for circle in best]


def smallest_circle(circles: Circles, cost: Mapping[int, int] | None = None) -> int:
    """Where somebody who comes late stands: the smallest circle, and there the most strangers."""
    cost = cost or {}
    weights = [
        (len(circle), sum(cost.get(one, 0) for one in circle), number)
        for number, circle in enumerate(circles)
    ]
    return min(weights)[2]


def pairs_of(circles: Circles) -> Iterator[Pair]:
    """Everybody who meets in these circles, the smaller number first."""
    for circle in circles:
        yield from combinations(sorted(circle), 2)


def repeats(rounds: Sequence[Circles]) -> int:
    """How many meetings of these rounds are not the first of their pair."""
    met = [pair for circles in rounds for pair in pairs_of(circles)]
    return len(met) - len(set(met))


def _costs(
    people: Sequence[int], rounds: Sequence[Circles], earlier: Mapping[Pair, int]
) -> list[list[int]]:
    """What it costs that two of them, by their places in `people`, stand together."""
    place = {person: number for number, person in enumerate(people)}
    costs = [[0] * len(people) for _each in people]
    met = [(pair, 0) for circles in rounds for pair in pairs_of(circles)]
    for (one, other), cost in [*met, *earlier.items()]:
        if one in place and other in place:
            a, b = place[one], place[other]
            again = TONIGHT if costs[a][b] < TONIGHT else ONCE_MORE
            costs[a][b] = costs[b][a] = costs[a][b] + (cost or again)
    return costs


def _planned(
    people: Sequence[int], rounds: Sequence[Circles], sizes: list[int]
) -> tuple[list[list[int]], bool] | None:
    """What the plan says for this round, and whether everybody stood in it so far.

    Who came later fills the gaps of those who went.
    """
    grid = sorted(rounds[0], key=len, reverse=True) if rounds else []
    plan = plan_for(len(rounds), [len(circle) for circle in grid])
    if plan is None or len(grid) != len(sizes):
        return None
    place = {person: number for number, person in enumerate(people)}
    circles = _by_plan(grid, plan)
    kept = all(
        _same(_by_plan(grid, plan_for(done, [len(circle) for circle in grid]) or []), circles_then)
        for done, circles_then in enumerate(rounds[1:], start=1)
    )
    is_exact = kept and {one for circle in grid for one in circle} == set(people)
    here = [[place.pop(one) for one in circle if one in place] for circle in circles]
    return _filled(here, list(place.values()), sizes), is_exact


def _by_plan(grid: Sequence[Circle], plan: list[list[int]]) -> list[list[int]]:
    circles: list[list[int]] = [[] for _each in grid]
    for first, numbers in zip(grid, plan, strict=True):
        for person, number in zip(first, numbers, strict=True):
            circles[number].append(person)
    return circles


def _same(one: Circles, other: Circles) -> bool:
    return {frozenset(circle) for circle in one} == {frozenset(circle) for circle in other}


def _filled(circles: list[list[int]], others: list[int], sizes: list[int]) -> list[list[int]]:
    """These circles with the others in them, as large as they shall be."""
    circles.sort(key=len, reverse=True)
    for circle, size in zip(circles, sizes, strict=True):
        while len(circle) > size:
            others.append(circle.pop())
    for circle, size in zip(circles, sizes, strict=True):
        while len(circle) < size:
            circle.append(others.pop())
    return circles


class _Search:
    """Swaps people between circles, always the best swap that was not just taken back."""

    def __init__(self, costs: list[list[int]], sizes: list[int], chance: random.Random) -> None:
        self.costs, self.sizes, self.chance = costs, sizes, chance
        self.people = range(len(costs))
        self.steps_left = EFFORT // len(costs)

    def somehow(self) -> list[list[int]]:
        """Circles by chance, each person put where she costs least."""
        circles: list[list[int]] = [[] for _each in self.sizes]
        order = list(self.people)
        self.chance.shuffle(order)
        for one in order:
            costs = self.costs[one]
            open_ones = [
                (sum(costs[other] for other in circle), self.chance.random(), circle)
                for circle, size in zip(circles, self.sizes, strict=True)
                if len(circle) < size
            ]
            min(open_ones)[2].append(one)
        return circles

    def run(self, start: list[list[int]]) -> list[list[int]]:
        """The cheapest circles found within the steps that are left."""
        best, lowest = start, self._cost(start)
        while lowest and self.steps_left > 0:
            found, cost = self._descend(start)
            if cost < lowest:
                best, lowest = found, cost
            start = self.somehow()
        return best

    def _cost(self, circles: list[list[int]]) -> int:
        return sum(self.costs[one][other] for one, other in pairs_of(circles))

    def _descend(self, circles: list[list[int]]) -> tuple[list[list[int]], int]:
        """One search from here, until nothing better was found for a while."""
        self._enter(circles)
        cost = lowest = self._cost(circles)
        best, since = list(self.home), 0
        while lowest and since < PATIENCE and self.steps_left > 0:
            self.steps_left, since = self.steps_left - 1, since + 1
            change = self._step(cost, lowest)
            cost += change
            if cost < lowest:
                best, lowest, since = list(self.home), cost, 0
        return self._circles(best), lowest

    def _enter(self, circles: list[list[int]]) -> None:
        """Note where everybody stands, and what each would cost in each circle."""
        self.home = [0] * len(self.costs)
        for number, circle in enumerate(circles):
            for one in circle:
                self.home[one] = number
        self.sums = [
            [sum(costs[other] for other in circle) for circle in circles] for costs in self.costs
        ]
        self.banned: dict[Pair, int] = {}

    def _step(self, cost: int, lowest: int) -> int:
        """Swap somebody who meets acquaintances with whoever helps most; what that changed."""
        home, sums = self.home, self.sums
        unhappy = [one for one in self.people if sums[one][home[one]]]
        one = self.chance.choice(unhappy)
        here, costs, mine = home[one], self.costs[one], sums[one]
        at_home, now = mine[here], self.steps_left
        found = []
        for other in self.people:
            there = home[other]
            if there != here:
                theirs = sums[other]
                change = mine[there] + theirs[here] - at_home - theirs[there] - 2 * costs[other]
                pair = (one, other) if one < other else (other, one)
                if cost + change < lowest or self.banned.get(pair, now) >= now:
                    found.append((change, other))
        if not found:
            return 0
        least = min(found)[0]
        other = self.chance.choice([other for change, other in found if change == least])
        self._swap(one, other)
        return least

    def _swap(self, one: int, other: int) -> None:
        here, there = self.home[one], self.home[other]
        gone, come = self.costs[one], self.costs[other]
        for mine, left, joined in zip(self.sums, gone, come, strict=True):
            if left != joined:
                mine[here] += joined - left
                mine[there] += left - joined
        self.home[one], self.home[other] = there, here
        pair = (one, other) if one < other else (other, one)
        self.banned[pair] = self.steps_left - self.chance.randint(4, 12)

    def _circles(self, home: list[int]) -> list[list[int]]:
        circles: list[list[int]] = [[] for _each in self.sizes]
        for one, number in enumerate(home):
            circles[number].append(one)
        return circles
