"""What this app holds of a person: her seats, what she answered and said, and her way through."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from people.holdings import Person, erasers, holds
from people.keeping import Rule, Span, keep
from people.models import Contact
from people.tokens import new_seed
from people.traces import unname_log
from registrations.models import (
    Answer,
    CirclePlace,
    DoorKey,
    Feedback,
    Import,
    Registration,
    Scan,
)
from registrations.tokens import hash_of, token_from


def _by_seat(model: type[models.Model]) -> Any:
    return lambda contact: model._default_manager.filter(registration__contact=contact)


holds(
    Registration,
    lambda contact: Registration.objects.filter(contact=contact).order_by("pk"),
    {"contact", "rev"},
)
holds(Answer, lambda contact: Answer.objects.filter(contact=contact), {"contact"})
holds(Feedback, _by_seat(Feedback))
holds(Scan, _by_seat(Scan), {"device", "key"})
holds(CirclePlace, _by_seat(CirclePlace))


def seats_to_come(contact: Contact) -> Any:
    """What she would give back: seats and places in line at evenings that are still to come."""
    to_come = Event.objects.filter(ends_at__gt=timezone.now())
    to_come = to_come.exclude(status=Event.Status.CANCELLED)
    return Registration.objects.active().filter(contact=contact, event__in=to_come)


def _give_back(person: Person) -> None:
    """Seats to come go to whoever is next in line, before anything else is touched."""
    # In the order in which everybody holds several evenings, so that none waits for the other.
    for seat in seats_to_come(person.contact).select_related("event").order_by("event_id"):
        seat.cancel()


def _erase(person: Person) -> None:
    """That a seat was taken and whether somebody came stays; her words and her link do not."""
    seats = Registration.objects.filter(contact=person.contact)
    unname_log(seats)
    Answer.objects.filter(contact=person.contact).delete()
    Feedback.objects.filter(registration__in=seats).update(words="", room_words="")
    Scan.objects.filter(registration__in=seats).update(told="")
    for seat in seats.only("pk"):
        seed = new_seed()
        seats.filter(pk=seat.pk).update(seed=seed, token_hash=hash_of(token_from(seed)))
    seats.update(appeal_text="", is_shown=False, mixes=None)
    _drop_imports(person)


def _drop_imports(person: Person) -> None:
    """A file that still waits to be taken over and names her would bring her back."""
    told = [text.casefold().encode() for text in (*person.addresses, person.name) if text]
    for number, content in Import.objects.exclude(content=b"").values_list("pk", "content"):
        folded = bytes(content).decode("utf-8", "replace").casefold().encode()
        if any(text in folded for text in told):
            Import.objects.filter(pk=number).delete()


erasers += [_give_back, _erase]


# Retention


def _answers(span: Span) -> Any:
    return Answer.objects.filter(question__series=span.series_id, given_at__lt=span.before)


def _appeals(span: Span) -> Any:
    seats = Registration.objects.filter(event__series=span.series_id, appealed_at__lt=span.before)
    return seats.exclude(appeal_text="").exclude(appeal=Registration.Appeal.OPEN)


def _feedback(span: Span) -> Any:
    old = Feedback.objects.filter(
        registration__event__series=span.series_id, given_at__lt=span.before
    )
    return old.exclude(words="", room_words="")


def _scans(span: Span) -> Any:
    """Their words and phones; what was decided at the door stays with the seat."""
    told = Scan.objects.filter(event__series=span.series_id, event__ends_at__lt=span.before)
    return told.exclude(told="", device="")


def _door_keys(span: Span) -> Any:
    return DoorKey.objects.filter(event__series=span.series_id, event__ends_at__lt=span.before)


A_YEAR, HALF_A_YEAR = 365, 182
# Days in which a phone at the door tells what it kept, and somebody looks at it.
SOONEST = 2

keep(
    Rule(
        "answers",
        _("answers to the questions of the form, diets among them"),
        A_YEAR, 1, 1095, _answers, lambda rows: rows.delete(),
    )
)  # fmt: skip
keep(
    Rule(
        "appeals",
        _("words of guests who contest a no-show"),
        HALF_A_YEAR, 30, A_YEAR, _appeals, lambda rows: rows.update(appeal_text=""),
    )
)  # fmt: skip
keep(
    Rule(
        "feedback",
        _("words of feedback; the marks stay"),
        A_YEAR, 30, 1825, _feedback, lambda rows: rows.update(words="", room_words=""),
        may_stay=True,
    )
)  # fmt: skip
keep(
    Rule(
        "scans",
        _("names and phones that the door told, after the evening"),
        30, SOONEST, 90, _scans, lambda rows: rows.update(told="", device=""),
    )
)  # fmt: skip
keep(
    Rule(
        "door links",
        _("links for helpers, after the evening"),
        30, SOONEST, 90, _door_keys, lambda rows: rows.delete(),
    )
)  # fmt: skip
