"""What this app holds of a person: whose she is, what she agreed to, and in which roles."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Member, Organizer, Subscription, Wish
from outbox.models import Delivery
from people.holdings import ERASED, Person, erase, erasers, holds, objectors
from people.keeping import Rule, Span, keep
from people.models import Contact
from people.traces import unname_log

BY_PHONE = [Contact.Channel.SMS, Contact.Channel.VOICE]
# Whole people are a longer piece of work than rows.
PEOPLE_AT_ONCE = 20


def _roles(contact: Contact) -> Any:
    users = get_user_model().objects.filter(Q(pk=contact.user_id) | Q(email__iexact=contact.email))
    return Organizer.objects.filter(user__in=users)


holds(Member, lambda contact: Member.objects.filter(contact=contact), {"contact"})
holds(Subscription, lambda contact: Subscription.objects.filter(member__contact=contact))
holds(Wish, lambda contact: Wish.objects.filter(email__iexact=contact.email))
holds(Organizer, _roles)


def _still_organizes(contact: Contact) -> str:
    series = sorted({str(role.series) for role in _roles(contact).select_related("series")})
    if not series:
        return ""
    words = gettext(
        "You work for %(series)s. Ask an owner to take you off its organizers first; "
        "then come back here."
    )
    return words % {"series": ", ".join(series)}


def _erase(person: Person) -> None:
    """Nobody's member, no consent, no wish; that she said no is the block's to know."""
    for rows in (
        Wish.objects.filter(email__iexact=person.email),
        Subscription.objects.filter(member__contact=person.contact),
        Member.objects.filter(contact=person.contact),
    ):
        unname_log(rows)
        rows.delete()


objectors.append(_still_organizes)
erasers.append(_erase)


# Retention


def _networks(model: Any) -> Any:
    path = "series" if model is Wish else "member__series"
    return lambda span: model.objects.filter(
        **{path: span.series_id, "given_at__lt": span.before}
    ).exclude(network="")


def _people(span: Span) -> Any:
    """The people of the series; those of one that keeps the same for longer are left to it."""
    found = Contact.objects.filter(memberships__series=span.series_id)
    longer = Member.objects.filter(contact=OuterRef("pk"), series__in=span.longer)
    return found.filter(~Exists(longer), created_at__lt=span.before)


def _unused_phones(span: Span) -> Any:
    """Numbers that nobody has used since, of people who do not ask to be called or texted."""
    used = Delivery.objects.filter(
        contact=OuterRef("pk"), channel__in=BY_PHONE, created_at__gte=span.before
    )
    found = _people(span).exclude(phone="").exclude(channel__in=BY_PHONE)
    return found.filter(~Exists(used), memberships__first_met__lt=span.before).distinct()


def _unseen(span: Span) -> Any:
    """People without consent, account or seat since: nothing of theirs has happened for so long."""
    mine = {"contact": OuterRef("pk")}
    agreed = Subscription.objects.filter(
        Q(withdrawn_at=None, confirmed_at__isnull=False) | Q(given_at__gte=span.before),
        member__contact=OuterRef("pk"),
    )
    recent = Event.objects.filter(
        Q(registrations__contact=OuterRef("pk")), ends_at__gte=span.before
    )
    speaks = Event.objects.filter(
        slots__talk__speakers__contact=OuterRef("pk"), ends_at__gte=span.before
    )
    met = Member.objects.filter(**mine, first_met__gte=span.before)
    written = Delivery.objects.filter(**mine, created_at__gte=span.before)
    account = get_user_model().objects.filter(email__iexact=OuterRef("email"))
    found = _people(span).filter(user=None).exclude(email__endswith=ERASED)
    for sign in (account, agreed, recent, speaks, met, written):
        found = found.filter(~Exists(sign))
    return found


def _forget_people(rows: Any) -> None:
    for contact in rows:
        erase(contact, is_her_wish=False)


keep(
    Rule(
        "phones",
        _("phone numbers that nobody used"),
        730, 30, 1825, _unused_phones, lambda rows: rows.update(phone=""),
    )
)  # fmt: skip
for name, model, words in (
    ("networks", Subscription, _("the network from which consent was given")),
    ("networks of wishes", Wish, _("the network from which news were asked for")),
):
    keep(Rule(name, words, 14, 1, 90, _networks(model), lambda rows: rows.update(network="")))
keep(
    Rule(
        "people",
        _("people whom nobody has seen, and who agreed to nothing"),
        1095, 180, 3650, _unseen, _forget_people, may_stay=True, batch=PEOPLE_AT_ONCE,
    )
)  # fmt: skip
