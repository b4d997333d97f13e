"""Following a series: a form, a mail, a click; nothing before it (need 67, T35, T59, T73)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetups.following.forms import CONSENT, CONSENT_VERSION
from meetups.limits import network_of
from meetups.models import Member, Subscription, Wish
from outbox.models import Delivery, Suppression
from people.models import Contact
from registrations.models import Registration
from tests.builders import make_event, make_follower, make_line, make_series
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits():
    cache.clear()


@pytest.fixture
def series():
    return make_series("minsk", name="Minsk Python", digest_day=1)


@pytest.fixture
def strict():
    """A browser whose forms need their CSRF token; it keeps no cookies of others."""
    return Client(enforce_csrf_checks=True)


def ask(client, email="ada@example.org", where="/follow/minsk/", **typed):
    return client.post(where, {"email": email, "language": "en"} | typed)


def link():
    """The link in the latest mail."""
    letter = Delivery.objects.filter(template="meetups/follow").latest("created_at").render()
    return re.search(r"http://testserver(/follow/confirm/[\w-]{22}/)", letter.text)[1]


def follows(email="ada@example.org"):
    mine = Subscription.objects.confirmed().filter(member__contact__email=email)
    return sorted(str(one.line or "everything") for one in mine)


def test_nothing_follows_from_the_form_but_one_mail(client, series):
    answer = ask(client, name="Ada")
    assert (answer.status_code, answer["Location"]) == (302, "/follow/minsk/next/")
    assert Subscription.objects.count() == Member.objects.count() == Contact.objects.count() == 0
    mail = Delivery.objects.get()
    assert (mail.address, mail.message_class) == ("ada@example.org", "transactional")
    assert mail.render().subject == "Shall we tell you about the evenings of Minsk Python?"
    assert mail.unsubscribe_url == ""


def test_opening_the_link_is_not_yet_a_yes(client, strict, series):
    ask(client)
    page = strict.get(link())
    assert page.status_code == 200
    assert "Hear of the next evenings of Minsk Python?" in page.content.decode()
    assert strict.head(link()).status_code == 200
    assert follows() == []
    assert page.cookies == {}


def test_the_click_is_the_consent_and_its_evidence_is_kept(client, strict, series):
    asked_at = timezone.now()
    ask(client, where="/follow/minsk/?via=event+mp-61", name="Ada")
    with time_machine.travel(asked_at + timedelta(hours=5), tick=False):
        assert strict.post(link()).status_code == 302  # without a cookie or a token
        now = timezone.now()
    given = Subscription.objects.get()
    assert given.member.contact.name == "Ada"
    assert (given.source, given.text_version) == ("event mp-61", CONSENT_VERSION)
    assert given.network == "127.0.0.0/24"
    assert given.confirmed_at == now
    assert abs(given.given_at - asked_at) < timedelta(minutes=1)


def test_a_second_click_says_that_it_is_done(client, strict, series):
    ask(client)
    strict.post(link())
    first = Subscription.objects.get().confirmed_at
    answer = strict.post(link(), follow=True)
    assert "It is done: we tell you" in answer.content.decode()
    assert Subscription.objects.get().confirmed_at == first


def test_two_clicks_at_once_are_one(transactional_db, client, series):
    ask(client)
    path = link()
    answers = in_threads(4, lambda _n: Client().post(path).status_code)
    assert answers == [302] * 4
    assert follows() == ["everything"]


def test_one_may_follow_only_some_lines_and_only_the_digest(client, series):
    make_line(series, "web"), make_line(series, "data"), make_line(series, "ml")
    ask(client, lines=["web", "data"], pace="digest", language="ru")
    Client().post(link())
    assert follows() == ["Data", "Web"]
    assert set(Subscription.objects.values_list("pace", flat=True)) == {"digest"}
    assert Contact.objects.get().language == "ru"
    assert not Subscription.objects.to_invitations().exists()


def test_a_line_of_another_series_is_refused(client, series):
    make_line(series, "web")
    make_line(make_series(), "secret")
    assert ask(client, lines=["secret"]).status_code == 200
    assert Delivery.objects.count() == 0


def test_a_link_works_for_seven_days_and_a_new_one_can_be_asked_for(client, strict, series):
    ask(client)
    old = link()
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        page = strict.get(old)
        assert "This link has ended" in page.content.decode()
        strict.post(old, {"what": "follow"})
        assert follows() == []
        assert strict.post(old, {"what": "again"})["Location"] == "/follow/minsk/next/"
        assert link() != old
        strict.post(link())
        assert follows() == ["everything"]


def test_a_link_that_was_used_does_not_undo_a_later_goodbye(client, strict, series):
    ask(client)
    strict.post(link())
    Subscription.objects.withdraw()
    assert "You have ended this since" in strict.get(link()).content.decode()
    strict.post(link())
    assert follows() == []


def test_a_strangers_wish_changes_nothing_for_somebody_who_follows(client, series):
    hers = make_follower(series, source="form")
    email = hers.member.contact.email
    ask(client, email, pace="digest", language="ru", name="Mallory")
    hers.refresh_from_db()
    contact = Contact.objects.get()
    assert (hers.pace, hers.source, contact.language) == ("all", "form", "en")
    assert contact.name != "Mallory"


def test_who_was_asked_by_mistake_can_block_us(client, strict, series):
    make_follower(make_series())
    ask(client)
    assert strict.post(link(), {"what": "block"}).status_code == 200
    assert Suppression.objects.covering("ada@example.org").get().reason == "blocked"
    ask(client)
    assert follows() == []
    assert follows(Contact.objects.get().email) == ["everything"]


def test_a_known_and_an_unknown_address_get_the_same_answer(client, series):
    known = make_follower(series).member.contact.email
    answers = [ask(client, email) for email in (known, "unknown@example.org")]
    told = [(a.status_code, a["Location"], a.content, sorted(a.headers)) for a in answers]
    assert told[0] == told[1]
    assert sorted(answers[0].cookies) == sorted(answers[1].cookies)


def test_both_cost_the_database_the_same(client, series):
    known = make_follower(series).member.contact.email
    costs = []
    for email in (known, "unknown@example.org"):
        with CaptureQueriesContext(connection) as asked:
            ask(client, email)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_an_address_gets_three_mails_an_hour_whatever_the_series(client, series):
    for number in range(10):
        other = make_series(f"s-{number}")
        ask(client, "victim@example.org", where=f"/follow/{other.slug}/")
    assert Delivery.objects.count() == 3
    cache.clear()  # a flushed Redis does not open the door
    answer = ask(client, "VICTIM@example.org")
    assert answer.status_code == 302
    assert Delivery.objects.count() == 3
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        cache.clear()
        ask(client, "victim@example.org")
    assert Delivery.objects.count() == 4


def test_mails_about_seats_count_too(client, series):
    contact = Contact.objects.for_email("victim@example.org")
    for _number in range(3):
        Registration.objects.register(make_event(series), contact)
    ask(client, "victim@example.org")
    assert Delivery.objects.filter(template="meetups/follow").count() == 0


def test_twenty_strangers_at_once_are_counted_together(transactional_db, series):
    def task(_number):
        cache.clear()
        return ask(Client(), "victim@example.org").status_code

    in_threads(8, task)
    assert Delivery.objects.count() == 3


def test_too_often_is_told_with_the_time_to_wait(client, series):
    answers = [ask(client).status_code for _number in range(4)]
    assert answers == [302, 302, 302, 429]


def test_a_program_that_fills_every_field_gets_nothing_but_the_usual_answer(client, series):
    assert ask(client, website="https://evil.example").status_code == 302
    assert Wish.objects.count() == Delivery.objects.count() == 0


@pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@example.org\r\nBcc: x@x.org", "a@b.c\0"])
def test_what_is_no_address_is_refused_with_a_sentence(client, series, email):
    answer = ask(client, email)
    assert (answer.status_code, Delivery.objects.count()) == (200, 0)
    assert "email" in answer.context["form"].errors


def test_no_box_is_ticked_beforehand(client, series):
    make_line(series, "web")
    boxes = re.findall(rb'<input type="checkbox"[^>]*>', client.get("/follow/minsk/").content)
    assert len(boxes) == 1
    assert b"checked" not in boxes[0]


def test_the_line_of_the_evening_one_comes_from_is_suggested(client, series):
    make_line(series, "web")
    page = client.get("/follow/minsk/?line=web").content
    assert re.search(rb'<input type="checkbox"[^>]*value="web"[^>]*checked', page)


@pytest.mark.parametrize("path", ["nowhere/", "nowhere/next/", "confirm/" + "x" * 22 + "/"])
def test_what_is_not_there_is_not_found(client, series, path):
    assert client.get(f"/follow/{path}").status_code == 404


def test_another_secret_link_opens_nothing_here(client, series):
    event = make_event(series)
    seat = Registration.objects.register(event, Contact.objects.for_email("ada@example.org"))
    assert client.get(f"/follow/confirm/{seat.token}/").status_code == 404
    assert client.post(f"/follow/confirm/{seat.token}/").status_code == 404


def test_the_confirming_page_is_nobody_elses(client, series):
    ask(client)
    page = client.get(link())
    assert "private" in page["Cache-Control"]
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "strict-origin"


def test_the_page_speaks_the_language_that_was_chosen(client, series):
    ask(client, language="ru")
    assert '<html lang="ru"' in client.get(link()).content.decode()


def test_what_nobody_confirmed_is_forgotten_after_a_week(client, series):
    ask(client)
    ask(client, "grace@example.org")
    Client().post(link())
    with time_machine.travel(timezone.now() + timedelta(days=8, minutes=1)):
        assert Wish.objects.forget() == 1
    assert Wish.objects.get().email == "grace@example.org"


def test_the_mail_arrives_and_ends_with_its_link(client, series):
    ask(client)
    mail = Delivery.objects.get()
    ends = Wish.objects.get().given_at + timedelta(days=7)
    assert abs(mail.not_after - ends) < timedelta(milliseconds=1)


def test_a_seat_with_the_box_ticked_asks_for_one_more_click_in_the_same_mail(client, series):
    make_event(series, slug="x")
    client.post("/events/x/register/", {"name": "A", "email": "a@x.org", "consent": "on"})
    mail = Delivery.objects.get()
    assert mail.template == "registrations/going"
    path = re.search(r"/follow/confirm/[\w-]{22}/", mail.render().text)[0]
    assert follows("a@x.org") == []
    Client().post(path)
    assert follows("a@x.org") == ["everything"]
    assert Subscription.objects.get().source == "registration"


def test_a_seat_without_the_box_asks_for_nothing_more(client, series):
    make_event(series, slug="x")
    client.post("/events/x/register/", {"name": "A", "email": "a@x.org"})
    assert "/follow/" not in Delivery.objects.get().render().text


def test_who_follows_already_is_not_asked_again(client, series):
    contact = make_follower(series).member.contact
    make_event(series, slug="x")
    client.post("/events/x/register/", {"name": "A", "email": contact.email, "consent": "on"})
    assert "/follow/confirm/" not in Delivery.objects.get().render().text


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::7", "2001:db8:1::/48"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address, network):
    assert network_of(address) == network


def test_the_text_of_the_consent_has_this_version():
    """If this fails: the words have changed, so they need a version of their own."""
    assert (CONSENT_VERSION, str(CONSENT)) == (
        "follow-2026-11",
        "With the click in that mail you agree that we write to you about our evenings at this "
        "address. Every mail carries a link that ends it at once, or makes it less.",
    )
