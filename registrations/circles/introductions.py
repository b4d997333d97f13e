"""The timer of the introductions: planned length, and where it stands by the server's clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from registrations.circles.rounds import circles_of
from registrations.models import CircleRound


@dataclass(frozen=True)
class Introductions:
    """`people` is the largest circle: the others are done a little earlier."""

    started_at: datetime | None
    seconds_each: int
    people: int

    @property
    def seconds(self) -> int:
        """Planned length: people × seconds each (need 102)."""
        return self.people * self.seconds_each

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)

    @property
    def seconds_gone(self) -> int:
        """Since the start; 0 before it, and never more than the planned length."""
        if not self.started_at:
            return 0
        gone = int((timezone.now() - self.started_at).total_seconds())
        return min(max(gone, 0), self.seconds)

    @property
    def speaker(self) -> int:
        """Whose turn it is, 1 for the first; 0 before the start and after the end."""
        is_on = self.started_at and self.seconds_gone < self.seconds
        return self.seconds_gone // self.seconds_each + 1 if is_on else 0

    @property
    def is_over(self) -> bool:
        return bool(self.started_at) and self.seconds_gone >= self.seconds


def standing_of(found: CircleRound | None) -> dict[str, Any]:
    """What every page about a round shows: its circles, and how far the introductions are."""
    circles = circles_of(found)
    largest = max((len(circle.members) for circle in circles), default=0)
    talk = Introductions(found.started_at, found.seconds_each, largest) if found else None
    return {"round": found, "circles": circles, "introductions": talk}
