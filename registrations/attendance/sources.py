"""Through whom people came: tracked links and the other ways to a seat, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from meetups.models import Event, Partner, PromoLink, Series
from registrations.attendance.occasions import WALK_IN, Occasion, Seat, occasions_of
from registrations.models import Registration

# So many other ways are told apart; the rarer ones stand together.
MOST_OTHERS = 12
Visit = tuple[int, int]  # which occasion, who


@dataclass
class Source:
    """One way by which people come; `opened` is None where there is nothing to open.

    A person counts once for each evening or cycle, without her guests.
    """

    name: str
    partner: Partner | None = None
    opened: int | None = None
    registered: set[Visit] = field(default_factory=set)
    # Seats at occasions with a list of who came; of these, who came, and who for the first time.
    expected: set[Visit] = field(default_factory=set)
    came: set[Visit] = field(default_factory=set)
    new: set[Visit] = field(default_factory=set)

    @property
    def rate(self) -> int | None:
        """How many of a hundred came, where a list was kept."""
        return round(100 * len(self.came) / len(self.expected)) if self.expected else None

    def add(self, other: "Source") -> None:
        self.registered |= other.registered
        self.expected |= other.expected
        self.came |= other.came
        self.new |= other.new


def sources_of(series: Series, event: Event | None = None) -> list[Source]:
    """Of all evenings or of one: partners by name, then the other ways, the fullest first.

    Five queries, whatever there is.
    """
    links = {link.pk: link for link in PromoLink.objects.filter(partner__series=series)}
    partners = {partner.pk: partner for partner in series.partners.all()}
    found: dict[object, Source] = {pk: Source(p.name, p) for pk, p in partners.items()}
    for link in links.values():
        if event is None or link.event_id in {event.pk, None}:
            source = found[link.partner_id]
            # A link to the next evening was opened for several: no number for one of them.
            counts = 0 if event and link.event_id is None else link.opened
            source.opened = (source.opened or 0) + counts
    _share_out(found, links, _seats(series, event), occasions_of(series))
    return in_order(found.values())


def in_order(sources: Iterable[Source]) -> list[Source]:
    """Partners by name, then the other ways by how many they brought; the rare ones together."""
    sources = list(sources)
    partners = [source for source in sources if source.partner]
    partners.sort(key=lambda source: source.name.casefold())
    others = [source for source in sources if not source.partner]
    others.sort(key=lambda source: (-len(source.registered), source.name))
    return [*partners, *others[:MOST_OTHERS], *_together(others[MOST_OTHERS:])]


def name_of(source: str) -> str:
    """What people call it: the form, the door, one of us, a file; else as it was given."""
    names = {
        "": _("The form, without a link"),
        WALK_IN: _("Came without a seat"),
        "organizer": _("Added by us"),
        "import": _("From a file"),
    }
    return names.get(source, source)


def _seats(series: Series, event: Event | None) -> Iterable[Seat]:
    asked = Registration.objects.active().filter(event__series=series)
    asked = asked.filter(event=event) if event else asked
    rows = asked.order_by().values_list("event", "contact", "guests", "came", "source", "link")
    return (Seat(*row) for row in rows)


def _share_out(
    found: dict[object, Source],
    links: Mapping[int, PromoLink],
    seats: Iterable[Seat],
    occasions: Sequence[Occasion],
) -> None:
    """Each seat to its source: by its link, else by the word kept with it."""
    place = {s.pk: n for n, occasion in enumerate(occasions) for s in occasion.sessions}
    firsts = _first_visits(occasions)
    for seat in seats:
        link = links.get(seat.link or 0)
        key = link.partner_id if link else seat.source
        if key not in found:
            found[key] = Source(name_of(seat.source))
        source = found[key]
        at = place.get(seat.session)
        visit = (-seat.session if at is None else at, seat.contact)
        source.registered.add(visit)
        if at is not None and occasions[at].is_listed:
            source.expected.add(visit)
            if seat.came:
                source.came.add(visit)
                if visit in firsts:
                    source.new.add(visit)


def _first_visits(occasions: Sequence[Occasion]) -> set[Visit]:
    firsts: dict[int, int] = {}
    for n, occasion in enumerate(occasions):
        for person in occasion.came:
            firsts.setdefault(person, n)
    return {(n, person) for person, n in firsts.items()}


def _together(sources: Sequence[Source]) -> list[Source]:
    if not sources:
        return []
    rest = Source(_("Others"))
    for source in sources:
        rest.add(source)
    return [rest]
