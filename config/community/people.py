"""Writing contacts, what series know of them, and what they agreed to hear of; in bulk."""

from datetime import datetime

from django.db.models.functions import Lower
from django.utils import timezone

from config.community.shapes import Record
from meetups.models import Line, Member, Series, Subscription
from people.models import Contact

SOURCE = "import"
CHUNK = 1000


def contacts_by_email(emails: set[str]) -> dict[str, Contact]:
    """The stored contacts of these addresses, each under its address in small letters."""
    asked = [email.lower() for email in emails]
    stored = Contact.objects.annotate(lower=Lower("email")).filter(lower__in=asked)
    return {contact.email.lower(): contact for contact in stored}


def write_contacts(told: list[Record]) -> None:
    """Contacts, their memberships and subscriptions; what somebody withdrew stays withdrawn."""
    now = timezone.now()
    series = {series.slug: series for series in Series.objects.all()}
    contacts = _contacts(told, series)
    wanted = [record for record in told if record.get("series")]
    members = [
        Member(
            series=series[record["series"]],
            contact=contacts[record["email"].lower()],
            source=SOURCE,
            first_met=now,
        )
        for record in wanted
    ]
    Member.objects.bulk_create(members, batch_size=CHUNK, ignore_conflicts=True)
    _write_subscriptions([record for record in wanted if record.get("consent")], now)


def _contacts(told: list[Record], series: dict[str, Series]) -> dict[str, Contact]:
    """The contact of each address, made or changed as the file says.

    A new one speaks the language of her series where the file does not say which.
    """
    known = contacts_by_email({record["email"] for record in told})
    stored = set(known)
    for record in told:
        email, home = record["email"], series.get(record.get("series") or "")
        language = home.language if home else ""
        contact = known.setdefault(email.lower(), Contact(email=email, language=language))
        for name, value in record.only("name", "language").items():
            setattr(contact, name, value)
    new = [contact for email, contact in known.items() if email not in stored]
    old = [contact for email, contact in known.items() if email in stored]
    Contact.objects.bulk_create(new, batch_size=CHUNK)
    Contact.objects.bulk_update(old, ["name", "language"], batch_size=CHUNK)
    return known


def _write_subscriptions(told: list[Record], now: datetime) -> None:
    """One for each line, or one for the whole series where no line is named."""
    emails = {record["email"].lower() for record in told}
    memberships = Member.objects.annotate(lower=Lower("contact__email"))
    members = {
        (slug, email): member
        for member, slug, email in (
            (member, member.series.slug, member.lower)
            for member in memberships.filter(lower__in=emails).select_related("series")
        )
    }
    lines = {(line.series.slug, line.slug): line for line in Line.objects.select_related("series")}
    subscriptions = [
        Subscription(
            member=members[record["series"], record["email"].lower()],
            line=lines[record["series"], slug] if slug else None,
            source=SOURCE,
            given_at=now,
            confirmed_at=now,
        )
        for record in told
        for slug in record.get("lines") or [""]
    ]
    Subscription.objects.bulk_create(subscriptions, batch_size=CHUNK, ignore_conflicts=True)
