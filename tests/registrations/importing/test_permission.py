"""O25: one permission mail to each person brought along, under the caps; silence is a no."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailings.digest_reach import judged
from mailings.models import Digest, HeldBack
from mailings.permission import ask, key, standing
from mailings.reach import reach
from mailings.sending import start
from meetups.models import Subscription, Wish
from outbox.models import Cap, Delivery, Suppression
from people.models import Contact
from tests.builders import make_event, make_follower, make_series, make_wave
from tests.registrations.importing.files import ATTENDEES, EVENINGS, taken

pytestmark = pytest.mark.django_db


def asked(series):
    mails = Delivery.objects.filter(key__startswith=key(series))
    return sorted(mails.values_list("address", flat=True))


def at(email):
    return Contact.objects.get(email=email)


def had_news(contact):
    Delivery.objects.post(
        contact, "mailings/note", {}, key=f"news:{contact.pk}", message_class="promotional"
    )


@pytest.mark.parametrize("audience", ["followers", "past_attendees", "not_seen", "ticked"])
def test_no_news_reaches_people_who_were_brought_along(audience):
    series = taken(EVENINGS).series
    wave = make_wave(make_event(series), audience=audience)
    wave.people.set(Contact.objects.filter(memberships__series=series))
    reached = reach(wave)
    assert {why for _via, why in reached} <= {HeldBack.Reason.NO_CONSENT}
    assert start(wave) == 0
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("audience", ["registered", "came", "did_not_come"])
def test_no_note_reaches_the_guests_of_an_evening_that_was_elsewhere(audience):
    """A note is service for guests of ours; these never gave us their address."""
    series = taken(EVENINGS).series
    for event in series.events.all():
        wave = make_wave(event, purpose="note", audience=audience, subject="Hello", text="Hello")
        assert start(wave) == 0
    assert not Delivery.objects.exists()


def test_a_digest_does_not_reach_them():
    series = taken(EVENINGS).series
    digest = Digest.objects.create(series=series, period="2026-12", words="Hello")
    assert set(judged(digest).values_list("held_because", flat=True)) <= {
        HeldBack.Reason.NO_CONSENT
    }


def test_one_permission_mail_each_however_often_somebody_presses():
    series = taken(EVENINGS).series
    assert (ask(series), ask(series)) == (4, 0)
    assert asked(series) == [f"{name}@example.org" for name in ("anna", "boris", "clara", "dora")]
    mail = Delivery.objects.filter(key__startswith=key(series)).first()
    assert (mail.message_class, mail.realm) == ("promotional", series.realm)
    assert mail.unsubscribe_url in mail.render().text


def test_nobody_is_asked_again_after_another_import_or_a_year():
    series = taken(EVENINGS).series
    ask(series)
    long_ago = timezone.now() - timedelta(days=400)
    Wish.objects.update(given_at=long_ago)
    Wish.objects.forget()
    Delivery.objects.update(created_at=long_ago, not_before=long_ago)
    taken(EVENINGS.replace("ja;;0;speaker", "ja;ja;0;speaker"), series)
    assert ask(series) == 0
    assert len(asked(series)) == 4


def test_the_permission_mail_counts_under_the_caps_and_is_stopped_by_them():
    series = taken(EVENINGS).series
    had_news(at("anna@example.org"))
    assert standing(series).held == {"capped": 1}
    assert ask(series) == 3
    assert "anna@example.org" not in asked(series)
    began = timezone.now() - timedelta(days=1)
    cap = Cap.objects.of(series.realm)[0]
    used = Contact.objects.filter(cap.used_up(began), deliveries__key__startswith=key(series))
    assert used.count() == 3


def test_who_was_held_back_by_a_cap_can_be_asked_later():
    series = taken(EVENINGS).series
    had_news(at("anna@example.org"))
    ask(series)
    Delivery.objects.filter(key__startswith="news:").update(
        not_before=timezone.now() - timedelta(days=9)
    )
    assert ask(series) == 1
    assert "anna@example.org" in asked(series)


def test_a_blocked_address_is_not_asked():
    series = taken(EVENINGS).series
    Suppression.objects.add_address("boris@example.org", Suppression.Reason.COMPLAINT)
    assert ask(series) == 3
    assert "boris@example.org" not in asked(series)


def test_who_has_said_yes_or_no_before_is_not_asked():
    series = make_series()
    yes = make_follower(series, Contact.objects.for_email("anna@example.org"))
    no = make_follower(series, Contact.objects.for_email("boris@example.org"))
    Subscription.objects.filter(pk=no.pk).withdraw()
    taken(EVENINGS, series)
    assert ask(series) == 2
    yes.refresh_from_db()
    assert (yes.source, yes.withdrawn_at) == ("form", None)


def test_who_has_no_address_is_not_asked():
    series = make_series()
    evening = make_event(series, starts="2026-05-14T19:00")
    taken(ATTENDEES, series, evening=evening.pk)
    assert ask(series) == 0
    assert not Delivery.objects.exists()


def test_her_click_is_consent_and_nothing_else_is():
    series = taken(EVENINGS).series
    ask(series)
    assert not Subscription.objects.confirmed().exists()
    Wish.objects.get(email="anna@example.org").confirm()
    consent = Subscription.objects.confirmed().get()
    assert consent.member.contact.email == "anna@example.org"
    assert (consent.source, consent.text_version) == ("permission mail", "permission-2026-11")
    assert standing(series).agreed == 1


def test_the_button_in_the_mail_opens_the_page_that_asks(client):
    series = taken(EVENINGS).series
    ask(series)
    wish = Wish.objects.get(email="anna@example.org")
    mail = Delivery.objects.get(address="anna@example.org")
    assert wish.token in mail.render().text
    assert client.get(f"/follow/confirm/{wish.token}/").status_code == 200


def test_who_leaves_by_the_link_in_the_mail_is_out():
    series = taken(EVENINGS).series
    ask(series)
    Subscription.objects.filter(member__contact=at("anna@example.org")).withdraw()
    assert ask(series) == 0
    assert not Subscription.objects.confirmed().exists()


@pytest.mark.django_db(transaction=True)
def test_two_buttons_pressed_at_once_write_one_mail_each():
    series = taken(EVENINGS).series
    start, found = Barrier(2), []

    def press():
        try:
            start.wait()
            found.append(ask(series))
        finally:
            connections.close_all()

    both = [Thread(target=press) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(found) == [0, 4]


def test_as_many_statements_for_two_hundred_people_as_for_two():
    assert _statements(2) == _statements(200)


def _statements(people):
    lines = [f"p{n}@x{people}.example" for n in range(people)]
    series = taken("email\n" + "\n".join(lines)).series
    with CaptureQueriesContext(connection) as statements:
        assert ask(series) == people
    return len(statements)
