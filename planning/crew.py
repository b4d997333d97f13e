"""Who does what at an evening, and how many are still missing (need 99)."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from meetups.models import Event, Refused
from people.models import Contact, User, normalized_email
from planning.models import Shift, ShiftPlace

# So many who helped before are offered where an address is typed.
KNOWN_HELPERS = 30


@dataclass(frozen=True)
class Roster:
    """How a roster stands: `found` have said yes, some of whom wait for the organizers' word."""

    needed: int = 0
    found: int = 0
    to_confirm: int = 0
    missing: int = 0


@dataclass(frozen=True)
class Duty:
    """One role, and who is asked for it."""

    shift: Shift
    places: list[ShiftPlace] = field(default_factory=list)

    @property
    def missing(self) -> int:
        found = [one for one in self.places if one.state in ShiftPlace.FOUND and not one.is_stale]
        return max(self.shift.needed - len(found), 0)


def duties_of(event: Event) -> list[Duty]:
    """The roles of the evening as they follow each other, two queries."""
    shifts = Shift.objects.filter(event=event).prefetch_related("places__contact")
    order = list(Shift.Role.values)
    duties = []
    for shift in sorted(shifts, key=lambda one: order.index(one.role)):
        shift.event = event
        places = list(shift.places.all())
        for place in places:
            place.shift = shift
        duties.append(Duty(shift, places))
    return duties


def rosters_of(events: list[Event]) -> dict[int, Roster]:
    """How the rosters of these evenings stand; one query, nothing for those without one."""
    now = Q(places__schedule_rev=F("event__schedule_rev"))
    agreed = Count("places", filter=now & Q(places__state=ShiftPlace.State.AGREED))
    confirmed = Count("places", filter=now & Q(places__state=ShiftPlace.State.CONFIRMED))
    shifts = Shift.objects.filter(event__in=events).order_by()
    found: dict[int, Roster] = {}
    rows = shifts.annotate(agreed=agreed, confirmed=confirmed)
    for event, needed, yes, both in rows.values_list("event", "needed", "agreed", "confirmed"):
        so_far = found.get(event, Roster())
        found[event] = Roster(
            so_far.needed + needed,
            so_far.found + yes + both,
            so_far.to_confirm + yes,
            so_far.missing + max(needed - yes - both, 0),
        )
    return found


def plan_role(event: Event, role: str, needed: int, minutes_before: int) -> None:
    """So many are needed for this role; 0 takes it off the roster.

    Raises Refused where somebody is asked for a role that is taken off.
    """
    with event.locked():
        shift = Shift.objects.filter(event=event, role=role).first()
        if needed:
            _write(shift or Shift(event=event, role=role), needed, minutes_before)
        elif shift:
            if shift.places.exclude(state=ShiftPlace.State.DECLINED).exists():
                sentence = _("Somebody is asked for “%(role)s”. Take her off the list first.")
                raise Refused(sentence % {"role": shift.get_role_display()})
            shift.delete()


def _write(shift: Shift, needed: int, minutes_before: int) -> None:
    if shift.pk and shift.minutes_before != minutes_before:
        shift.places.update(rev=F("rev") + 1)  # what they were told is no longer true
    shift.needed, shift.minutes_before = needed, minutes_before
    shift.save()


def ask_by_address(shift: Shift, text: str, by: User | None) -> ShiftPlace:
    """Ask whoever has this address. Raises ValidationError where the series does not know her."""
    address = normalized_email(text)
    known = Contact.objects.at(address).filter(memberships__series=shift.event.series_id)
    contact = known.first()
    if contact is None:
        sentence = _("Nobody in the people of this series has the address %(address)s.")
        raise Refused(sentence % {"address": address})
    return shift.ask(contact, by)


def helped_before(event: Event) -> list[Contact]:
    """Whom one would ask first: those who have helped in this series."""
    helped = ShiftPlace.objects.filter(
        shift__event__series=event.series_id, confirmed_at__isnull=False
    )
    members = Contact.objects.filter(memberships__series=event.series_id)
    return list(members.filter(pk__in=helped.values("contact")).order_by("name")[:KNOWN_HELPERS])
