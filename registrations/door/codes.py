"""Whose ticket a phone at the door tells of: scanned, as an address, or typed in short."""

from collections.abc import Iterable

from meetups.models import Event
from registrations.tokens import short_codes_of, short_in, ticket_holder


def holders(event: Event, codes: Iterable[str]) -> dict[str, int]:
    """The registration of each code that is ours; a short one is looked for in this evening only.

    One query where a short code is among them, else none.
    """
    texts = {code for code in codes if code}
    typed = {text: short for text in texts if (short := short_in(text))}
    known = _short_codes(event) if typed else {}
    found = {
        text: known.get(typed.get(text, "")) or ticket_holder(_ticket_in(text)) for text in texts
    }
    return {text: seat for text, seat in found.items() if seat}


def _short_codes(event: Event) -> dict[str, int]:
    seats = event.registrations.values_list("pk", flat=True)
    return {code: seat for seat in seats for code in short_codes_of(seat)}


def _ticket_in(text: str) -> str:
    """The ticket of what a camera read: the code itself, or an address that ends with it."""
    return text.strip().partition("?")[0].rstrip("/").rpartition("/")[2]
