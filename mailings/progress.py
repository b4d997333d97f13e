"""What became of a wave: its messages by state, and from whom it was held back and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from mailings.models.held_back import HeldBack
from mailings.models.wave import Wave
from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import CLOSED, State

# What an organizer tells apart, in her order; (name, words, states, whether it is bad news).
GROUPS: tuple[tuple[str, str | Promise, frozenset[State], bool], ...] = (
    ("waiting", _("waiting"), frozenset({State.QUEUED, State.CLAIMED, State.HANDOVER}), False),
    ("paused", _("paused"), frozenset({State.HELD}), False),
    ("sent", _("sent"), frozenset({State.SENT, State.DELIVERED}), False),
    ("unknown", _("unknown"), frozenset({State.UNKNOWN}), True),
    ("failed", _("failed"), frozenset({State.FAILED, State.SUPPRESSED}), True),
    ("bounced", _("came back"), frozenset({State.BOUNCED}), True),
    ("complained", _("reported as spam"), frozenset({State.COMPLAINED}), True),
    ("missed", _("too late"), frozenset({State.EXPIRED}), True),
    ("withdrawn", _("taken back"), frozenset({State.CANCELLED}), False),
)
STATES = {name: states for name, _words, states, _bad in GROUPS}
MOVING = STATES["waiting"] | STATES["paused"]


@dataclass(frozen=True)
class Number:
    """One number of a wave's standing, with what it is called and whether it is bad news."""

    name: str
    words: str
    number: int
    is_bad: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a wave has come; numbers of people."""

    states: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)

    def of(self, states: Iterable[str]) -> int:
        return sum(self.states.get(state, 0) for state in states)

    @property
    def planned(self) -> int:
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        return self.of(MOVING)

    @property
    def done(self) -> int:
        return self.planned - self.waiting

    @property
    def sent(self) -> int:
        """Taken by the other side, whatever it said later."""
        return self.done - self.of(CLOSED) - self.of(STATES["unknown"])

    @property
    def unknown(self) -> int:
        return self.of(STATES["unknown"])

    @property
    def held_back(self) -> int:
        return sum(self.reasons.values())

    def counts(self) -> list[Number]:
        """The states that there are."""
        found = [(name, words, self.of(states), bad) for name, words, states, bad in GROUPS]
        return [Number(name, str(words), n, bad) for name, words, n, bad in found if n]

    def held(self) -> list[Number]:
        """The reasons that there are, the commonest first: "held back by cap: 3"."""
        return held_counts(self.reasons)


def held_counts(reasons: dict[str, int]) -> list[Number]:
    """Reasons with their words, the commonest first."""
    found = sorted(reasons.items(), key=lambda pair: -pair[1])
    return [Number(reason, str(HeldBack.Reason(reason).label), n) for reason, n in found]


def progress_of(waves: Iterable[Wave]) -> dict[int, Progress]:
    """How far each has come; two queries, however many."""
    waves = list(waves)
    found = {wave.pk: Progress() for wave in waves}
    started = [wave for wave in waves if wave.started_at]
    if not started:
        return found
    current = {f"{wave.key}{wave.schedule_rev}": wave.pk for wave in started}
    _count_states(found, current, started)
    rows = HeldBack.objects.filter(batch__key__in=current).order_by()
    for key, reason, n in rows.values_list("batch__key", "reason").annotate(Count("pk")):
        found[current[key]].reasons[reason] = n
    return found


def _count_states(found: dict[int, Progress], current: dict[str, int], started: list[Wave]) -> None:
    """What was taken back because the evening moved was written anew, and is not counted twice."""
    mine = reduce(or_, (Q(batch__key__startswith=wave.key) for wave in started))
    rows: Any = Delivery.objects.filter(mine).order_by()
    for key, state, n in rows.values_list("batch__key", "state").annotate(Count("pk")):
        if state == State.CANCELLED and key not in current:
            continue
        states = found[int(key.split(":")[1])].states
        states[state] = states.get(state, 0) + n


def unknown_for_good(wave: Wave) -> DeliveryQuerySet:
    """Those of which no word came after they were handed over; may be sent again once, in time."""
    now = timezone.now()
    quiet = now - timedelta(seconds=settings.SETTLE_SECONDS)
    return wave.messages().filter(
        waits_as=State.UNKNOWN, handed_over_at__lt=quiet, resends=0, not_after__gt=now
    )


def word_of(wave: Wave, progress: Progress) -> str:
    """Where the wave is in its life, in a word or two."""
    if wave.state == Wave.State.STARTED and not progress.waiting:
        return _g("sent")
    return wave.get_state_display()
