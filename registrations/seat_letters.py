"""What a person is told of her seat, and what is taken back once it is no longer true."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from meetups import notices
from meetups.models import Event
from outbox.models import Delivery
from outbox.states import OPEN, MessageClass

if TYPE_CHECKING:
    from registrations.models import Registration

# The letter that each change of state owes; whatever else ends a seat says that it is given back.
LETTERS = {
    ("", "going"): "registrations/going",
    ("", "waiting"): "registrations/waiting",
    ("", "pending"): "registrations/confirm",
    ("waiting", "cancelled"): "registrations/left",
    ("pending", "going"): "registrations/going",
    ("waiting", "going"): "registrations/moved_up",
    ("waiting", "offered"): "registrations/offered",
    ("offered", "going"): "registrations/going",
    ("offered", "expired"): "registrations/offer_over",
}
# Two requests of one person within this time are one click too many, not a question.
DOUBLE_CLICK = timedelta(seconds=2)


def letter_of(seat: "Registration", old: str) -> str:
    """The letter owed for coming from the `old` state to the present one; "" for none."""
    if seat.state == seat.State.WAITING and seat.needs_approval:
        return "registrations/asked"
    usual = "registrations/cancelled" if seat.state == seat.State.CANCELLED else ""
    return LETTERS.get((old, str(seat.state)), usual)


def facts(seat: "Registration") -> dict[str, Any]:
    """What any message to the holder says; the link itself is made when it is sent."""
    joins_online = seat.state == seat.State.GOING and seat.mode == Event.Mode.ONLINE
    return {
        "name": seat.contact.name,
        # Her way to take part, not all those of the evening; the link is for seats online only.
        "mode": seat.mode,
        "online_url": seat.event.online_url if joins_online else "",
        "waiting": seat.state == seat.State.WAITING,
        "registration": {"seed": seat.seed, "hash": seat.token_hash},
    }


def remind_of_seat(seat: "Registration") -> None:
    """Tell somebody who registers again what she has: at most once an hour, not per click."""
    now = timezone.now()
    mine = Delivery.objects.filter(key__startswith=f"reg:{seat.pk}:")
    if seat.state_at > now - DOUBLE_CLICK or mine.filter(state__in=OPEN).exists():
        return
    key = f"reg:{seat.pk}:again:"
    if not mine.filter(key__startswith=key, created_at__gt=now - timedelta(hours=1)).exists():
        write(seat, "registrations/already", f"again:{now:%Y%m%d%H%M%S}")


def withdraw_reminders(seat: "Registration") -> None:
    """Take back what is not yet sent to her about this evening, but no answer she is owed."""
    unsent = Delivery.objects.about(seat.event.about).filter(contact=seat.contact)
    unsent.exclude(message_class=MessageClass.TRANSACTIONAL).withdraw()


def withdraw_invitations(seat: "Registration") -> None:
    """Who has registered is not invited any more (need 81)."""
    unsent = Delivery.objects.about(seat.event.about).filter(contact=seat.contact)
    unsent.filter(message_class=MessageClass.PROMOTIONAL).withdraw()


def write(seat: "Registration", letter: str, occasion: str = "") -> None:
    """One message about this state of the seat, or about an occasion within it."""
    event = seat.event
    extra = _more(seat)
    Delivery.objects.post(
        seat.contact,
        letter,
        notices.facts(event) | facts(seat) | extra,
        key=f"reg:{seat.pk}:{occasion or f'{seat.state}:{seat.rev}'}",
        not_after=seat.offer_until if "offer_until" in extra else event.ends_at,
        **notices.addressed(event, seat.contact),
    )


def _more(seat: "Registration") -> dict[str, Any]:
    """What only a message about the seat itself says."""
    extra: dict[str, Any] = {"guests": seat.guests, "approval": seat.event.approval}
    if seat.state == seat.State.WAITING:
        extra["position"] = seat.place_in_queue
        extra["asked"] = seat.needs_approval
        extra["ask_hours"] = seat.event.series.ask_hours
    if seat.state == seat.State.OFFERED and seat.offer_until:
        extra["offer_until"] = seat.offer_until.isoformat()
        extra["offer_zone"] = seat.contact.time_zone or seat.event.zone
    if seat.wish:
        extra["wish"] = seat.wish.link
    if seat.is_seated:
        extra["attachments"] = notices.attachments(seat.event)
    return extra
