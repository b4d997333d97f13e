"""What this app holds of a person: where she helps, and that somebody wrote to her."""

from people.holdings import Person, erasers, holds
from planning.models import Approach, ShiftPlace

HIDDEN = {"contact", "rev", "schedule_rev"}

holds(ShiftPlace, lambda contact: ShiftPlace.objects.filter(contact=contact), HIDDEN)
holds(Approach, lambda contact: Approach.objects.filter(contact=contact), HIDDEN)


def _erase(person: Person) -> None:
    """Nobody is written to any more, and whoever does not help is missing again."""
    for place in ShiftPlace.objects.filter(contact=person.contact).select_related("shift__event"):
        place.take_out()
    Approach.objects.filter(contact=person.contact).delete()


erasers.append(_erase)
