"""How the evenings went, one after the other: registered, came, rate, new, returning (need 66)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registrations.attendance.occasions import Occasion


@dataclass(frozen=True)
class Step:
    """The figures of one evening, of a cycle, or of several added up.

    `came` counts heads, with guests and walk-ins; `new` and `returning` count people by name who
    are on the list. None where nobody counted or kept a list. `expected` and `of_expected` are
    what the rate compares: seats of evenings where somebody counted, and how many of them came.
    """

    title: str
    day: date
    event: int | None
    sessions: int
    registered: int
    came: int | None
    new: int | None
    returning: int | None
    is_partial: bool
    expected: int
    of_expected: int

    @property
    def rate(self) -> int | None:
        """How many of a hundred registered came; None where nobody counted or registered."""
        return round(100 * self.of_expected / self.expected) if self.expected else None


def steps_of(occasions: Sequence[Occasion]) -> list[Step]:
    """One for each occasion, in order; new is who came to none before."""
    known: set[int] = set()
    found = []
    for occasion in occasions:
        found.append(_step(occasion, known))
        known |= occasion.came
    return found


def summed(steps: Sequence[Step], title: str) -> Step:
    """Several added up; what nobody counted adds nothing, nor does it weigh on the rate."""
    return Step(
        title=title,
        day=steps[0].day,
        event=None,
        sessions=sum(step.sessions for step in steps),
        registered=sum(step.registered for step in steps),
        came=_sum(step.came for step in steps),
        new=_sum(step.new for step in steps),
        returning=_sum(step.returning for step in steps),
        is_partial=any(step.is_partial for step in steps),
        expected=sum(step.expected for step in steps),
        of_expected=sum(step.of_expected for step in steps),
    )


def _step(occasion: Occasion, known: set[int]) -> Step:
    new = len(occasion.came - known) if occasion.is_listed else None
    came = occasion.heads
    # A number typed by hand does not say who of them had registered.
    by_hand = all(session.counted is not None for session in occasion.sessions)
    of_expected = (came or 0) if by_hand else occasion.registered_who_came
    return Step(
        title=occasion.title,
        day=occasion.day,
        event=occasion.event,
        sessions=len(occasion.sessions),
        registered=occasion.registered,
        came=came,
        new=new,
        returning=None if new is None else len(occasion.came) - new,
        is_partial=occasion.is_partial,
        expected=0 if came is None else occasion.registered,
        of_expected=0 if came is None else of_expected,
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
