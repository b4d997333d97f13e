"""People who want a seat, and what became of them."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from people.models import Contact
from registrations.models import Registration


def register(event, *emails, **how):
    """Registers the people of these addresses in this order."""
    people = [Contact.objects.for_email(email, "Ada") for email in emails]
    return [Registration.objects.register(event, contact, **how) for contact in people]


def states(event):
    """Address and state of everybody, in order of coming."""
    rows = event.registrations.order_by("pk").values_list("contact__email", "state")
    return [f"{email.partition('@')[0]} {state}" for email, state in rows]


def later(**passed):
    return time_machine.travel(timezone.now() + timedelta(**passed), tick=False)
