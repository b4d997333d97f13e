"""The contact book: people met elsewhere, each with a tag, until a line can start (needs 54, 58).

A name in the book is no consent. Nothing about further evenings is written to it before she says
yes herself, by the click in a mail that she asked for.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from meetups.models import Member, Series, Subscription
from people.models import Contact, normalized_email, validate_name

# With so many who agreed, a line is ready to start (O30, need 54).
READY = 100
LONGEST_TAGS = 300
_ADDRESS = re.compile(r"[^\s<>,;:\"'()]+@[^\s<>,;:\"'()]+")


@dataclass(frozen=True)
class Readiness:
    """A line or a tag: how many know of it here, and how many of them agreed to hear of it."""

    name: str
    is_line: bool
    known: int
    agreed: int

    @property
    def is_ready(self) -> bool:
        return self.agreed >= READY

    @property
    def missing(self) -> int:
        return max(READY - self.agreed, 0)


def person_in(text: str) -> tuple[str, str]:
    """Name and address out of one line, in either order: "Ada Lovelace ada@example.org".

    Raises ValidationError where there is not just one address, or the rest is no name.
    """
    found = _ADDRESS.findall(text)
    if len(found) != 1:
        raise ValidationError(_("Please write one name and one e-mail address in this line."))
    address = found[0].rstrip(".")
    name = " ".join(re.sub(r"[<>,;()\"]", " ", text.replace(found[0], " ")).split())
    validate_name(name)
    if len(name) > 200:
        raise ValidationError(_("This name is too long: 200 letters are the most."))
    return name, normalized_email(address)


def tags_of(text: str) -> list[str]:
    """The tags of one person, as they were written, each once."""
    found: dict[str, str] = {}
    for tag in filter(None, map(str.strip, text.split(","))):
        found.setdefault(tag.casefold(), tag)
    return list(found.values())


def note(series: Series, name: str, email: str, tag: str, source: str) -> tuple[Member, bool]:
    """Write a person down, or add the tag to one who is there; True where she is new here.

    A name that is known stays. Raises ValidationError where there is no room for another tag.
    """
    contact = Contact.objects.for_email(email, name, series.language)
    member, is_new = Member.objects.get_or_create(
        series=series, contact=contact, defaults={"source": source}
    )
    tags = ", ".join(tags_of(f"{member.tags},{tag}"))
    if len(tags) > LONGEST_TAGS:
        raise ValidationError(_("This person has too many tags. Take some away on her page first."))
    if tags != member.tags:
        member.tags = tags
        member.save(update_fields=["tags"])
    return member, is_new


def added_this_week(series: Series) -> int:
    """How many were added by hand since Monday, by the clocks of the series (need 58)."""
    now = timezone.now().astimezone(ZoneInfo(series.time_zone))
    monday = (now - timedelta(days=now.weekday())).date()
    since = datetime.combine(monday, time(), ZoneInfo(series.time_zone))
    by_hand = LogEntry.objects.filter(
        content_type__app_label="meetups", content_type__model="member",
        action_flag=ADDITION, action_time__gte=since,
    )  # fmt: skip
    ids = [int(pk) for pk in by_hand.values_list("object_id", flat=True) if pk]
    return series.members.filter(pk__in=ids).count()


def readiness(series: Series) -> list[Readiness]:
    """Lines first, then tags by how many they have; three queries for any number of people."""
    agreed: dict[int, set[int | None]] = defaultdict(set)
    confirmed = Subscription.objects.confirmed().filter(member__series=series)
    for member, line in confirmed.values_list("member", "line"):
        agreed[member].add(line)
    lines = [_line(line.name, line.pk, agreed) for line in series.lines.order_by("name")]
    tags = _by_tag(series, set(agreed))
    return [*lines, *sorted(tags, key=lambda tag: (-tag.agreed, -tag.known, tag.name))]


def _line(name: str, pk: int, agreed: dict[int, set[int | None]]) -> Readiness:
    """Who follows everything follows the line, too."""
    followers = sum(bool({pk, None} & lines) for lines in agreed.values())
    return Readiness(name, True, followers, followers)


def _by_tag(series: Series, agreed: set[int]) -> list[Readiness]:
    names: dict[str, str] = {}
    people: dict[str, set[int]] = defaultdict(set)
    tagged = series.members.exclude(tags="").order_by("pk")
    for member, text in tagged.values_list("pk", "tags"):
        for tag in tags_of(text):
            names.setdefault(tag.casefold(), tag)
            people[tag.casefold()].add(member)
    return [
        Readiness(names[key], False, len(found), len(found & agreed))
        for key, found in people.items()
    ]
