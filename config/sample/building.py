"""The sample as a file of `load_community`, with its dates counted from today."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from anyascii import anyascii

from config.sample.history import past_evenings, past_guests

HERE = Path(__file__).parent
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHEN = re.compile(r"(?:in (?P<ahead>\d+) weeks|(?P<ago>\d+) weeks ago), (?P<day>\w+) (?P<at>\S+)")

# Evening, state, mode and how many; guests follow one another down the list, evening by evening.
GUESTS = (
    ("minsk-python-types-queues-tests", "going", "onsite", 57),
    ("montreal-python-cartes", "going", "onsite", 30),
    ("montreal-python-cartes", "waiting", "onsite", 6),
    ("minsk-python-notebooks", "going", "onsite", 18),
    ("minsk-python-notebooks", "going", "online", 9),
    ("minsk-python-async", "going", "onsite", 58),
    ("minsk-python-async", "cancelled", "onsite", 6),
    ("minsk-python-data-kitchen", "going", "onsite", 49),
    ("montreal-python-robots", "going", "onsite", 29),
)
# From the end of the list come those of Minsk, from its beginning those of Montréal.
LINES = {"minsk-python": ("web", "data", "craft"), "montreal-python": ("web", "science")}


def community(today: date) -> dict[str, Any]:
    """Everything but the talks of the archive, as `load_community` reads it."""
    told: dict[str, Any] = json.loads((HERE / "community.json").read_text())
    told["events"] += past_evenings()
    for event in told["events"]:
        event["starts"] = _wall_time(event["starts"], today)
    guests = [(name, address(name)) for name in (HERE / "guests.txt").read_text().splitlines()]
    told["contacts"] = [_contact(place, *guest) for place, guest in enumerate(guests)]
    told["contacts"] += [_follower(*columns) for columns in _followers()]
    came = {event["slug"]: event["came"] for event in told["events"] if "came" in event}
    emails = [email for _name, email in guests]
    told["registrations"] = _registrations(emails, came) + past_guests(emails[36:])
    return told


def logins() -> list[tuple[str, str]]:
    """Who can sign in to the sample, and with which password."""
    told = json.loads((HERE / "community.json").read_text())
    people = [person for series in told["series"] for person in series["organizers"]]
    return [(person["email"], person["password"]) for person in people if "password" in person]


def address(name: str) -> str:
    """An address that no mail ever reaches (RFC 2606)."""
    return f"{'.'.join(re.findall(r'[a-z]+', anyascii(name).lower()))}@example.org"


def _wall_time(text: str, today: date) -> str:
    """The weekday that lies nearest to that many weeks from today: "in 3 weeks, Thursday 19:00"."""
    match = WHEN.fullmatch(text)
    if match is None:
        raise ValueError(f"no date of the sample: {text}")
    weeks = int(match["ahead"]) if match["ahead"] else -int(match["ago"])
    first = today + timedelta(weeks=weeks, days=-3)
    day = first + timedelta(days=(WEEKDAYS.index(match["day"]) - first.weekday()) % 7)
    return f"{day}T{match['at']}"


def _contact(place: int, name: str, email: str) -> dict[str, Any]:
    series = "montreal-python" if place < 36 else "minsk-python"
    lines = LINES[series]
    cyrillic = not name.isascii() and anyascii(name[0]) != name[0]
    return {
        "email": email,
        "name": name,
        "language": "ru" if cyrillic and series == "minsk-python" else "en",
        "series": series,
        "lines": [lines[place % len(lines)]],
        "consent": place % 5 != 0,
    }


def _followers() -> list[list[str]]:
    """Name, language, series, line ("" for all of it) and perhaps "digest" of each."""
    lines = (HERE / "followers.txt").read_text().splitlines()
    return [[column.strip() for column in line.split("|")] for line in lines]


def _follower(name: str, language: str, series: str, line: str, *_pace: str) -> dict[str, Any]:
    about = {"email": address(name), "name": name, "language": language, "series": series}
    return about | {"lines": [line] if line else [], "consent": True}


def digest_only() -> list[str]:
    """The addresses of those who asked for the monthly digest and nothing else."""
    return [address(columns[0]) for columns in _followers() if columns[-1] == "digest"]


def _registrations(emails: list[str], came: dict[str, int]) -> list[dict[str, Any]]:
    told, taken = [], {slug: 0 for slug, *_rest in GUESTS}
    for slug, state, mode, count in GUESTS:
        for number in range(count):
            place = taken[slug]
            email = emails[place] if slug.startswith("montreal") else emails[-1 - place]
            seat: dict[str, Any] = {"event": slug, "email": email, "state": state, "mode": mode}
            if slug in came and state == "going":
                seat["came"] = number < came[slug]
            told.append(seat)
            taken[slug] += 1
    return told
