"""What this app holds of a person: answers, calls, and what was not sent to her."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from mailings.models import HeldBack, Opinion, PhoneCall, Wave
from people.holdings import Person, erasers, holds
from people.keeping import Rule, Span, keep
from people.traces import unname_log

HIDDEN = {"contact"}

holds(HeldBack, lambda contact: HeldBack.objects.filter(contact=contact), HIDDEN)
holds(Opinion, lambda contact: Opinion.objects.filter(contact=contact), HIDDEN)
holds(PhoneCall, lambda contact: PhoneCall.objects.filter(contact=contact), HIDDEN)
holds(Wave, lambda contact: Wave.objects.filter(people=contact), {"text"})


def _erase(person: Person) -> None:
    """That she was called and what she answered counts on; the words about it go."""
    calls = PhoneCall.objects.filter(contact=person.contact)
    unname_log(calls)
    calls.update(note="")
    HeldBack.objects.filter(contact=person.contact).delete()
    Wave.people.through.objects.filter(contact_id=person.contact.pk).delete()


def _noted_calls(span: Span) -> Any:
    calls = PhoneCall.objects.filter(event__series=span.series_id, at__lt=span.before)
    return calls.exclude(note="")


erasers.append(_erase)
keep(
    Rule(
        "calls",
        _("notes on phone calls"),
        days=365,
        least=30,
        most=1095,
        rows=_noted_calls,
        forget=lambda rows: rows.update(note=""),
    )
)
