"""The table of moves, and the mail that each change owes."""

from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from meetups.models import Refused
from outbox.models import Delivery
from tests.builders import make_event, make_registration
from tests.owed import keys
from tests.registrations.crowd import register, states

pytestmark = pytest.mark.django_db


STATES = ["pending", "going", "waiting", "offered", "expired", "cancelled"]
LEGAL = {
    "pending going",
    "pending expired",
    "pending cancelled",
    "waiting offered",
    "waiting going",
    "waiting cancelled",
    "offered going",
    "offered expired",
    "offered cancelled",
    "going cancelled",
}


@pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
def test_only_the_moves_of_the_table_are_possible(old, new):
    seat = make_registration(make_event(), old)
    rev = seat.rev
    if old == new:
        seat.move_to(new)
        assert (seat.state, seat.rev) == (old, rev)
    elif f"{old} {new}" in LEGAL:
        seat.offer_until = timezone.now() if new == "offered" else seat.offer_until
        seat.move_to(new)
        seat.refresh_from_db()
        assert (seat.state, seat.rev) == (new, rev + 1)
    else:
        with pytest.raises(Refused, match="cannot become"):
            seat.move_to(new)
        seat.refresh_from_db()
        assert (seat.state, seat.rev) == (old, rev)


# What each change owes


@pytest.mark.parametrize(
    ("old", "new", "letter"),
    [
        ("pending", "going", "registrations/going"),
        ("waiting", "going", "registrations/moved_up"),
        ("offered", "going", "registrations/going"),
        ("going", "cancelled", "registrations/cancelled"),
        ("waiting", "cancelled", "registrations/left"),
        ("pending", "cancelled", "registrations/cancelled"),
        ("pending", "expired", None),
    ],
)
def test_a_change_owes_one_mail_under_the_key_of_the_change(old, new, letter):
    seat = make_registration(make_event(), old)
    seat.move_to(new)
    mails = [(d.template, d.key) for d in Delivery.objects.all()]
    assert mails == ([(letter, f"reg:{seat.pk}:{new}:{seat.rev}")] if letter else [])


def test_a_confirmation_is_about_the_persons_own_seat_and_not_after_its_end():
    event = make_event()
    (seat,) = register(event, "ada@x.org")
    mail = Delivery.objects.get()
    assert (mail.message_class, mail.contact, mail.address) == (
        "transactional",
        seat.contact,
        "ada@x.org",
    )
    assert (mail.not_after, mail.about, mail.realm) == (
        event.ends_at,
        f"event:{event.pk}:0",
        f"series:{event.series_id}",
    )


def test_the_whole_way_of_a_full_evening_in_its_mails():
    event = make_event(capacity=1)
    ada, bob = register(event, "ada@x.org", "bob@x.org")
    ada.cancel()
    bob.refresh_from_db()
    bob.cancel()
    assert keys(contact=ada.contact) == [f"reg:{ada.pk}:going:1", f"reg:{ada.pk}:cancelled:2"]
    assert sorted(keys(contact=bob.contact)) == [
        f"reg:{bob.pk}:cancelled:3",
        f"reg:{bob.pk}:going:2",
        f"reg:{bob.pk}:waiting:1",
    ]


def test_a_change_that_is_rolled_back_owes_nothing():
    event = make_event()
    with transaction.atomic():
        register(event, "ada@x.org")
        transaction.set_rollback(True)
    assert (states(event), keys()) == ([], [])
