"""Files as they come: Meetup's member list and its list of attendees, and other people's tables."""

from typing import Any

from meetups.models import Series
from registrations.importing.doors import mapping_of, table_of, take_over, try_it
from registrations.models import Import
from tests.builders import make_series

# Column for column as Meetup writes them; people and numbers are made up.
MEMBERS = (
    "Name\tUser ID\tTitle\tMember ID\tLocation\tJoined Group on\tLast visited group on\t"
    "Last Attended\tTotal RSVPs\tRSVPed Yes\tRSVPed Maybe\tRSVPed No\tMeetups attended\t"
    "No shows\tIntro\tPhoto\tAssistant Organizer\tMailing List\tURL of Member Profile\n"
    "Ada L.\tuser 1001\tOrganizer\t1001\tMinsk\t04/24/2024\t06/22/2025\t06/20/2025\t 14\t14\t0\t0"
    "\t13\t0\tYes\tYes\tYes\tNo\thttp://www.meetup.com/minsk/members/1001/ \n"
)
ATTENDEES = (
    "Name\tAttendance\tUser ID\tTitle\tEvent Host\tRSVP\tGuests\tRSVPed on\tJoined Group on\t"
    "URL of Member Profile\tNotes\n"
    "Ada L.\tY\tuser 1001\tOrganizer\tYes\tYes\t1\tMay 3, 2026 7:15 PM\tApril 24, 2024\t"
    "https://www.meetup.com/minsk/members/1001/\t\n"
    "Björn\t\tuser 1002\t\t\tYes\t0\tMay 4, 2026 9:00 AM\tMay 1, 2026\t"
    "https://www.meetup.com/minsk/members/1002/\t\n"
    "Vera\t\tuser 1003\t\t\tWaitlist\t0\tMay 5, 2026 9:00 AM\tMay 1, 2026\t"
    "https://www.meetup.com/minsk/members/1003/\t\n"
    "Igor\t\tuser 1004\t\t\tNo\t0\tMay 5, 2026 9:00 AM\tMay 1, 2026\t"
    "https://www.meetup.com/minsk/members/1004/\t\n"
)
EVENINGS = (
    "Name;E-Mail;Veranstaltung;Datum;Antwort;Anwesend;Gäste;Tag\n"
    "Anna;anna@example.org;Queues;14.05.2026 19:00;ja;ja;2;speaker\n"
    "Boris;boris@example.org;Queues;14.05.2026 19:00;ja;nein;0;\n"
    "Anna;anna@example.org;Types;11.06.2026;ja;;0;speaker\n"
    "Clara;clara@example.org;Types;11.06.2026;warteliste;;0;\n"
    "Dora;dora@example.org;Types;11.06.2026;nein;;0;\n"
)


def sent(text: str | bytes, series: Series | None = None, name: str = "list.csv") -> Import:
    """The file as it lies there after it was sent."""
    series = series or make_series()
    series.refresh_from_db()
    content = text if isinstance(text, bytes) else text.encode()
    return Import.objects.create(series=series, file_name=name, content=content)


def tried(file: Import, **said: Any) -> Import:
    """The file after its dry run, as its columns are guessed, or as somebody said."""
    guess = mapping_of(file, table_of(file)).as_json()
    mapping = mapping_of(file, table_of(file))
    if said:
        mapping = type(mapping).from_json(guess | said)
    try_it(file, mapping)
    return file


def taken(text: str | bytes, series: Series | None = None, **said: Any) -> Import:
    """The file after it was taken over."""
    file = tried(sent(text, series), **said)
    take_over(file)
    return file


def numbers(file: Import, *names: str) -> list[int]:
    """These numbers of its report."""
    return [file.report[name] for name in names]


def left_out(file: Import) -> dict[int, str]:
    """Why each line is left out, by its number."""
    return {number: why for number, why, _word in file.report["problems"]}
