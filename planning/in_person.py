"""Personal invitations: whom to write to, the words, and how far it is; sends nothing (need 56)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from meetups.contact_book import tags_of
from meetups.models import Event, Line, Member, Subscription
from outbox.letters import spoken
from people.models import User
from planning.models import Approach
from registrations.models import Registration

FIRST = Approach.State.TO_WRITE.value


@dataclass(frozen=True)
class Invited:
    """One person, the words prepared for her, and where the organizer is with it."""

    member: Member
    words: str
    state: str

    @property
    def said(self) -> str:
        return str(Approach.State(self.state).label)


def tags_in(event: Event) -> list[str]:
    """The tags of the people of the series, each once, by name."""
    texts = event.series.members.exclude(tags="").values_list("tags", flat=True)
    found = {tag.casefold(): tag for text in texts.distinct() for tag in tags_of(text)}
    return sorted(found.values(), key=str.casefold)


def to_invite(event: Event, tag: str = "", line: Line | None = None) -> "QuerySet[Member]":
    """Members with the tag, or who follow the line, without an active seat at the evening."""
    seats = Registration.objects.filter(event=event, contact=OuterRef("contact")).active()
    members = event.series.members.filter(~Exists(seats)).select_related("contact")
    if line:
        follows = Subscription.objects.confirmed().filter(member=OuterRef("pk"))
        members = members.filter(Exists(follows.filter(Q(line=line) | Q(line=None))))
    elif tag:
        wanted = tag.casefold()
        rows = event.series.members.filter(tags__icontains=tag).values_list("pk", "tags")
        tagged = [pk for pk, text in rows if wanted in map(str.casefold, tags_of(text))]
        members = members.filter(pk__in=tagged)
    else:
        members = members.none()
    return members.order_by("contact__name", "pk")


def with_words(event: Event, members: list[Member], url: str) -> list[Invited]:
    """Each with her words and state; one query."""
    rows = Approach.objects.filter(event=event, contact__in=[one.contact_id for one in members])
    states: dict[int, str] = dict(rows.values_list("contact", "state"))
    return [
        Invited(one, words_for(event, one, url), states.get(one.contact_id, FIRST))
        for one in members
    ]


def words_for(event: Event, member: Member, url: str) -> str:
    """A few lines in her language: the evening, when with zone, where, the link."""
    contact: Any = member.contact
    facts = {"event": event, "url": url, "name": contact.name}
    with override(spoken(contact.language or event.language or event.series.language)):
        text = render_to_string("planning/in_person.txt", facts)
    return "\n".join(line.strip() for line in text.strip().splitlines())


def note_approach(event: Event, member: Member, state: str, by: User) -> None:
    """Keep how far it is with one person; the latest word counts."""
    Approach.objects.update_or_create(
        event=event,
        contact=member.contact,
        defaults={"state": state, "by": by, "at": timezone.now()},
    )
