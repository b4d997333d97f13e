"""Loading a file: everything of it, or nothing."""

from pathlib import Path

from django.db import transaction

from config.community.calls import write_call
from config.community.evenings import check_seats, write_event
from config.community.forgotten import leave_out_forgotten
from config.community.houses import show_venue_to, write_series, write_venue
from config.community.people import write_contacts
from config.community.problems import Problems
from config.community.reading import Community, checked, parsed
from config.community.references import check_references
from config.community.seats import write_registrations
from config.community.waves import write_waves
from mailings.sending import one_planner_of_news


def load_file(path: Path) -> str:
    """Load the file and say what it held. Raises Refusal with everything that is wrong with it."""
    return load(parsed(path))


@transaction.atomic
def load(told: object) -> str:
    """Load a community; all or nothing, repeatable, sends nothing itself. Raises Refusal."""
    problems = Problems()
    community = checked(told, problems)
    check_references(community, problems)
    problems.refuse()
    forgotten = leave_out_forgotten(community)
    # Who plans a wave holds it before its evening, who loads an evening holds it before its waves.
    with one_planner_of_news():
        said = _write(community, problems)
    if not forgotten:
        return said
    return f"{said} {forgotten} asked to be forgotten: left out, with their registrations."


def _write(community: Community, problems: Problems) -> str:
    """Write what was checked. What only the database can tell to be impossible is refused, too."""
    for venue in community["venues"]:
        write_venue(venue)
    for series in community["series"]:
        write_series(series)
    for venue in community["venues"]:
        show_venue_to(venue)
    for event in community["events"]:
        write_event(event, problems)
    for call in community["calls"]:
        write_call(call, problems)
    write_contacts(community["contacts"])
    problems.refuse()
    seats = write_registrations(community["registrations"], problems)
    problems.refuse()
    events = {record["slug"] for record in community["events"]}
    write_waves(community["waves"], problems)
    check_seats(events | {record["event"] for record in community["registrations"]}, problems)
    problems.refuse()
    counts = ", ".join(f"{len(records)} {name}" for name, records in community.items() if records)
    left = f" {seats.left} registrations have changed since and are left as they are."
    return f"Loaded: {counts or 'nothing'}." + (left if seats.left else "")
