"""What the speakers of a proposal know: told once, and taken back where nobody was sent it yet."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import HANDED_OVER
from speakers import notices
from speakers.states import State

if TYPE_CHECKING:
    from speakers.models import Proposal

# Each says how a proposal stands; the next difference takes its place.
STANDING = frozenset(
    f"speakers/{name}"
    for name in (
        "accepted", "confirmed", "declined", "evening_cancelled", "offered", "reopened",
        "reserve", "taken_off",
    )
)  # fmt: skip
# After that it is the organizers' turn: the desk shows it.
MOST_CHASES = 2
# Nobody is asked so shortly before the evening.
TOO_LATE = timedelta(hours=1)
# True only as long as it stands so. Receipts are in neither: they stay.
PASSING = frozenset({"speakers/chase", "speakers/evening_moved", "speakers/step_in"})
TOLD = (
    "told_state", "told_event", "told_rev", "told_at", "knew_state", "knew_event", "knew_rev",
    "chased", "chased_at",
)  # fmt: skip


def tell(proposal: "Proposal", letter: str = "", **extra: Any) -> int:
    """Write what its speakers do not know yet, in one letter; returns to how many."""
    letter = letter or notices.owed(proposal)
    if not letter:
        return 0
    _letters(proposal, STANDING | PASSING).withdraw()
    told = notices.write(proposal, letter, **extra)
    proposal.knew_state, proposal.knew_event = proposal.told_state, proposal.told_event
    proposal.knew_rev, proposal.told_rev = proposal.told_rev, proposal.rev
    proposal.told_state, proposal.told_event = proposal.state, proposal.event
    proposal.told_at, proposal.chased, proposal.chased_at = timezone.now(), 0, None
    proposal.save(update_fields=TOLD)
    return told


def forget_untrue(proposal: "Proposal") -> None:
    """After a move: what was written of its old standing and not sent yet is withdrawn."""
    if proposal.state == State.DRAFT:
        return  # nobody was told anything
    place = proposal.event.pk if proposal.event else None
    if (proposal.state, place) != (proposal.told_state, proposal.told_event_id):
        _letters(proposal, PASSING).withdraw()
        take_back(proposal)


def take_back(proposal: "Proposal") -> bool:
    """Withdraw the last letter of how it stands, unless somebody was sent it already.

    True: it counts as never told. Where one of several speakers has it, the others get it too.
    """
    last = _letters(proposal, STANDING).filter(
        key__regex=rf"^proposal:\d+:\w+:{proposal.told_rev}:"
    )
    if last.filter(state__in=HANDED_OVER).exists() or not last.withdraw():
        return False
    proposal.told_state, proposal.told_event = proposal.knew_state, proposal.knew_event
    proposal.told_rev, proposal.knew_rev = proposal.knew_rev, 0
    proposal.save(update_fields=TOLD)
    return True


def chase(proposal: "Proposal") -> int:
    """Ask once more whether the evening suits, unless that was answered or asked just now."""
    with proposal.locked() as fresh:
        if not fresh.is_offered or (fresh.chased, fresh.rev) != (proposal.chased, proposal.rev):
            return 0
        fresh.chased, fresh.chased_at = fresh.chased + 1, timezone.now()
        fresh.save(update_fields=["chased", "chased_at"])
        key = f"proposal:{fresh.pk}:chase:{fresh.rev}:{fresh.chased}"
        last = fresh.event.starts_at - TOO_LATE if fresh.event else None
        return notices.write(fresh, "speakers/chase", key, not_after=last)


def hear_of_move(proposal: "Proposal", before: dict[str, Any]) -> int:
    """Its evening has another time or place: whoever knows of it is told, once for each move."""
    with proposal.locked() as fresh:
        if fresh.event is None or fresh.told_event_id != fresh.event.pk or fresh.event.is_over:
            return 0
        fresh.note_step(note=_("The evening has another time or place."))
        if take_back(fresh):
            return tell(fresh)
        unread = _letters(fresh, frozenset({"speakers/evening_moved"}))
        return notices.write(fresh, "speakers/evening_moved", **_first(unread, before))


def lose_evening(proposal: "Proposal", because: str) -> int:
    """Its evening does not take place: back to the pool; whoever knew of it is told at once."""
    with proposal.locked() as fresh:
        event = fresh.event
        if event is None:
            return 0
        knew = fresh.told_event_id == event.pk
        fresh.back_to_pool(note=because)
        still_knows = fresh.told_event_id == event.pk
        letter = "speakers/evening_cancelled" if still_knows else ""
        return tell(fresh, letter, reason=because) if knew else 0


def _first(unread: DeliveryQuerySet, before: dict[str, Any]) -> dict[str, Any]:
    """What she last knew: the time before a move of which she was not sent the notice yet."""
    context = unread.unsent().values_list("context", flat=True).first() or {}
    unread.withdraw()
    return {name: context.get(name, value) for name, value in before.items()}


def _letters(proposal: "Proposal", kinds: frozenset[str]) -> DeliveryQuerySet:
    return Delivery.objects.about(f"proposal:{proposal.pk}").filter(template__in=kinds)
