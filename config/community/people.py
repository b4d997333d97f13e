"""Writing contacts, what series know of them, and what they agreed to hear of.

The database does it, one statement for each table however many people there are: tens of thousands
of addresses are loaded, and loaded again, in seconds.
"""

import json
from typing import Any

from django.db import connection
from django.db.models.functions import Lower
from django.utils import timezone

from config.community.shapes import Record
from meetups.models import Line, Series
from people.models import Contact

SOURCE = "import"
CHUNK = 1000
# From so many rows on the database's planner is told at once; it would find out in a minute.
MANY = 1000
OWN = ("name", "language", "time_zone", "channel", "phone", "messenger")

TOLD = """
jsonb_to_recordset(%(told)s::jsonb) AS told(
    email text, home text, name text, language text, time_zone text, channel text, phone text,
    messenger text, series bigint, line bigint)
"""
CHANGED = f"""
UPDATE people_contact AS contact
SET ({", ".join(OWN)}) = ({", ".join(f"coalesce(told.{key}, contact.{key})" for key in OWN)})
FROM {TOLD} WHERE lower(contact.email) = lower(told.email)
    AND ({", ".join(f"contact.{key}" for key in OWN)})
    <> ({", ".join(f"coalesce(told.{key}, contact.{key})" for key in OWN)})
"""  # noqa: S608 (our own column names)
# No look-up in a table that grows meanwhile: what is there already conflicts and is left.
PEOPLE = f"""
INSERT INTO people_contact (
    email, name, language, time_zone, channel, phone, messenger, created_at)
SELECT email, coalesce(name, ''), coalesce(language, home), coalesce(time_zone, ''),
    coalesce(channel, 'email'), coalesce(phone, ''), coalesce(messenger, ''), %(now)s
FROM {TOLD} ON CONFLICT DO NOTHING
"""  # noqa: S608
MEMBERS = f"""
INSERT INTO meetups_member (series_id, contact_id, source, tags, notes, first_met)
SELECT told.series, contact.id, %(source)s, '', '', %(now)s
FROM {TOLD} JOIN people_contact AS contact ON lower(contact.email) = lower(told.email)
ON CONFLICT DO NOTHING
"""  # noqa: S608
SUBSCRIPTIONS = f"""
INSERT INTO meetups_subscription (
    member_id, line_id, channel, pace, source, text_version, given_at, confirmed_at, network)
SELECT member.id, told.line, told.channel, 'all', %(source)s, '', %(now)s, %(now)s, ''
FROM {TOLD} JOIN people_contact AS contact ON lower(contact.email) = lower(told.email)
JOIN meetups_member AS member
    ON member.series_id = told.series AND member.contact_id = contact.id
ON CONFLICT DO NOTHING
"""  # noqa: S608


def contacts_by_email(emails: set[str]) -> dict[str, Contact]:
    """The stored contacts of these addresses, each under its address in small letters."""
    asked = [email.lower() for email in emails]
    stored = Contact.objects.annotate(lower=Lower("email")).filter(lower__in=asked)
    return {contact.email.lower(): contact for contact in stored}


def write_contacts(told: list[Record]) -> None:
    """Contacts, their memberships and subscriptions; what somebody withdrew stays withdrawn."""
    series = {series.slug: series for series in Series.objects.all()}
    wanted = [record for record in told if record.get("series")]
    agreed = [record for record in wanted if record.get("consent")]
    people = _people(told, series)
    _write(CHANGED, people)
    _write(PEOPLE, people, "people_contact")
    homes = [{"email": each["email"], "series": series[each["series"]].pk} for each in wanted]
    _write(MEMBERS, homes, "meetups_member")
    _write(SUBSCRIPTIONS, _subscriptions(agreed, series), "meetups_subscription")


def _write(statement: str, told: list[dict[str, Any]], table: str = "") -> None:
    values: dict[str, Any] = {"told": json.dumps(told), "now": timezone.now(), "source": SOURCE}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if table and len(told) >= MANY:
            cursor.execute(f"ANALYZE {table}")


def _people(told: list[Record], series: dict[str, Series]) -> list[dict[str, Any]]:
    """One row an address; of several records the last word counts.

    A new one speaks the language of her series where the file does not say which.
    """
    people: dict[str, dict[str, Any]] = {}
    for record in told:
        home = series.get(record.get("series") or "")
        fresh = {"email": record["email"], "home": home.language if home else ""}
        people.setdefault(record["email"].lower(), fresh).update(record.only(*OWN))
    return list(people.values())


def _subscriptions(told: list[Record], series: dict[str, Series]) -> list[dict[str, Any]]:
    """One for each line, or one for the whole series where no line is named."""
    lines = {(line.series_id, line.slug): line.pk for line in Line.objects.all()}
    return [
        {
            "email": record["email"],
            "series": (home := series[record["series"]].pk),
            "line": lines[home, slug] if slug else None,
            "channel": record.get("channel", Contact.Channel.EMAIL),
        }
        for record in told
        for slug in record.get("lines") or [""]
    ]
