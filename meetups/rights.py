"""Who may do what in the admin: one table of roles, read from the database with each request."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from meetups.models import Organizer

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
DECIDE = "decide"  # give a seat or take it back
EVERYTHING = frozenset({VIEW, ADD, CHANGE, DELETE, DECIDE})
LOOK = frozenset({VIEW})

# Not tables, but as good as one: a list of guests that leaves the house, and their addresses.
EXPORT = "registrations.export"
ADDRESSES = "people.addresses"

_ALL_BUT_ORGANIZERS = {
    "meetups.series": EVERYTHING - {DELETE},
    "meetups.organizer": frozenset(),
    "outbox.cap": LOOK,
    "*": EVERYTHING,
}
TABLE = {
    Organizer.Role.OWNER: {"*": EVERYTHING},
    Organizer.Role.ORGANIZER: _ALL_BUT_ORGANIZERS,
    Organizer.Role.REVIEWER: {
        "speakers.talk": LOOK,
        "speakers.speaker": LOOK,
        "speakers.proposal": LOOK,
        "speakers.review": frozenset({VIEW, ADD, CHANGE}),
    },
    Organizer.Role.DOOR: {
        "meetups.event": LOOK,
        "registrations.registration": frozenset({VIEW, ADD, CHANGE}),
    },
}


def allowed(role: str, label: str) -> frozenset[str]:
    """What the role may do with things of this label ("meetups.event"); nothing if not named."""
    row = TABLE.get(Organizer.Role(role), {})
    return row.get(label, row.get("*", frozenset()))


class Rights:
    """What one person may do, series by series; a superuser may do everything everywhere."""

    def __init__(self, user: Any) -> None:
        self.everywhere = bool(user.is_active and user.is_superuser)
        self.roles: dict[int, str] = {}
        if user.is_active and user.is_authenticated and not self.everywhere:
            self.roles = dict(Organizer.objects.filter(user=user).values_list("series_id", "role"))

    def series_ids(self, action: str, label: str) -> frozenset[int] | None:
        """The series in which she may; None means all of them."""
        if self.everywhere:
            return None
        return frozenset(pk for pk, role in self.roles.items() if action in allowed(role, label))

    def may(self, action: str, label: str) -> bool:
        """Whether she may anywhere at all."""
        ids = self.series_ids(action, label)
        return ids is None or bool(ids)

    def may_in_one(self, action: str, label: str, series: Iterable[int]) -> bool:
        """Whether she may in at least one of these series."""
        ids = self.series_ids(action, label)
        return ids is None or not ids.isdisjoint(series)

    def may_in_all(self, action: str, label: str, series: Iterable[int]) -> bool:
        """Whether she may in each of these series; never for something that is in none."""
        ids, asked = self.series_ids(action, label), frozenset(series)
        return ids is None or (bool(asked) and asked <= ids)


def rights_of(request: HttpRequest) -> Rights:
    """The rights behind this request; asked once for each request and never kept longer."""
    kept = getattr(request, "_rights", None)
    if kept is None:
        kept = request._rights = Rights(request.user)  # type: ignore[attr-defined]
    return kept


def forget(request: HttpRequest) -> None:
    """Ask the database again: this request has changed who may do what."""
    request._rights = None  # type: ignore[attr-defined]
