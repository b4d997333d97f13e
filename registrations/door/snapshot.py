"""What a phone at the door knows of its evening: enough to work without network, no addresses."""

import itertools
from collections import Counter
from typing import Any

from anyascii import anyascii
from django.db.models import Count, F, Q, Sum

from meetups.models import Event
from registrations.door.taking import why_not
from registrations.door.words import no_name
from registrations.models import NAMELESS, Registration, Scan
from registrations.tokens import hash_of, short_code_for, ticket_for

# Of the SHA-256 of a ticket: 128 bits are as good as all of them, and half as long on the line.
HASH_SIGNS = 32
# Of that of a short code, which itself has 38 bits.
SHORT_HASH_SIGNS = 12
# Of what is odd, the latest; who looks at it makes room for the others.
ODD_SHOWN = 100


def snapshot(event: Event) -> dict[str, Any]:
    """Everybody who may come to the door, and what is to be looked at.

    A person: id, hash of the ticket, short name, guests, state ("in", "seat" or a word of `Why`),
    when she came in (seconds since 1970, or 0), hash of the short code, her name in Latin letters
    where it has others.
    """
    seats = event.registrations.select_related("contact").order_by("pk")
    latest = {seat.contact_id: seat for seat in seats}
    shown = [seat for seat in seats if seat.pk == latest[seat.contact_id].pk]
    names = short_names([seat.contact.name for seat in shown])
    name_of = {seat.pk: name for seat, name in zip(shown, _told_apart(names), strict=True)}
    people = [_person(event, seat, name_of.get(seat.pk, "")) for seat in seats]
    return {"people": people, "odd": odd(event, name_of), "count": count(event)}


def _told_apart(names: list[str]) -> list[str]:
    """Who left no name is called so, with a number from the second on."""
    nameless = itertools.count(1)
    return [name or no_name(next(nameless)) for name in names]


def _person(event: Event, seat: Registration, name: str) -> list[Any]:
    """A seat given back has a name only where its holder has no newer one."""
    latin = anyascii(name)
    return [
        seat.pk,
        hash_of(ticket_for(seat.pk))[:HASH_SIGNS],
        name,
        seat.guests,
        "in" if seat.came else why_not(event, seat) or "seat",
        _came_in(seat),
        hash_of(short_code_for(seat.pk))[:SHORT_HASH_SIGNS],
        *([latin] if latin != name else []),
    ]


def short_names(names: list[str]) -> list[str]:
    """First name and initial, a few letters more where two would look the same."""
    short = [_short(name, 1) for name in names]
    same = Counter(short)
    return [_short(name, 4) if same[s] > 1 else s for name, s in zip(names, short, strict=True)]


def _short(name: str, letters: int) -> str:
    first, *more = name.split() or [""]
    last = more[-1] if more else ""
    rest = last[:letters]
    return f"{first[:40]} {rest}{'.' if len(last) > len(rest) else ''}".strip()


def odd(event: Event, names: dict[int, str]) -> list[list[Any]]:
    """Refused and double scans that nobody has looked at: id, result, reason, who, door, when, and
    when she had come in (or 0).
    """
    scans = event.scans.to_look_at().select_related("key", "registration__contact")
    return [
        [
            str(scan.pk),
            scan.result,
            scan.reason,
            _who(scan, names),
            scan.where,
            int(scan.received_at.timestamp()),
            _came_in(scan.registration) if scan.registration else 0,
        ]
        for scan in scans.order_by("-received_at")[:ODD_SHOWN]
    ]


def _who(scan: Scan, names: dict[int, str]) -> str:
    if not scan.registration:
        return scan.told[:40]
    name = names.get(scan.registration.pk) or _short(scan.registration.contact.name, 1)
    return name or no_name()


def _came_in(seat: Registration) -> int:
    return int(seat.arrived_at.timestamp()) if seat.came and seat.arrived_at else 0


def count(event: Event) -> dict[str, int]:
    """People with a seat in this room and how many of them came, each with guests; walk-ins apart;
    `last` changes with every scan.
    """
    walked, came = Q(source="walk-in"), Q(came=True)
    heads = event.registrations.seated().aggregate(
        registered=Sum(1 + F("guests"), filter=~walked, default=0),
        arrived=Sum(1 + F("guests"), filter=~walked & came, default=0),
        walked_in=Sum(1 + F("guests"), filter=walked & came, default=0),
    )
    scans = event.scans.aggregate(
        nameless=Count("pk", filter=NAMELESS), told=Count("pk"), seen=Count("seen_at")
    )
    return {
        "registered": heads["registered"],
        "came": heads["arrived"],
        "walk_ins": heads["walked_in"] + scans["nameless"],
        "last": scans["told"] + scans["seen"],
    }
