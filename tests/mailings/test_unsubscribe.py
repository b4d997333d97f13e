"""The link in all news: less instead of nothing, by one click, shown to nobody else (O10, T45)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from mailings.sending import start_due
from meetups.models import Subscription
from outbox.models import Delivery, Suppression
from people.tokens import signed, unsubscribe_token
from registrations.models import Registration
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_registration,
    make_series,
    make_wave,
)

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def _by_day():
    """News is not held back until the morning."""
    with time_machine.travel("2026-12-01T12:00:00Z"):
        yield


@pytest.fixture
def series():
    return make_series("minsk", name="Minsk Python", digest_day=1)


@pytest.fixture
def program():
    """A mail program: it has no cookies, and forms need theirs."""
    return Client(enforce_csrf_checks=True)


def reader(series, **fields):
    contact = make_contact("ada@example.org", "Ada Lovelace")
    make_follower(series, contact, **fields)
    return contact


def page_of(contact, series=None):
    return f"/u/{unsubscribe_token(contact.pk, series.realm if series else '')}/"


def invited(series, **fields):
    """An invitation to an evening, written and not sent."""
    event = make_event(series, starts="2026-12-10T19:00", **fields)
    make_wave(event)
    assert start_due() == 1
    return Delivery.objects.get(about=event.about)


def channels(**about):
    return set(Subscription.objects.confirmed().filter(**about).values_list("channel", flat=True))


def follows(contact):
    mine = Subscription.objects.confirmed().filter(member__contact=contact)
    return sorted(str(one.line or one.member.series) for one in mine)


def test_one_click_of_a_mail_program_ends_it_at_once(program, series):
    contact = reader(series)
    invitation = invited(series)
    url = invitation.unsubscribe_url.removeprefix("http://testserver")
    assert url == page_of(contact, series)
    answer = program.post(url, ONE_CLICK)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert follows(contact) == []
    invitation.refresh_from_db()
    assert invitation.state == "cancelled"


@pytest.mark.parametrize("body", [{}, {"what": "nonsense"}, {"what": "leave"}, ONE_CLICK])
def test_any_post_without_another_wish_ends_it(program, series, body):
    contact = reader(series)
    assert program.post(page_of(contact, series), body).status_code == 200
    assert follows(contact) == []


def test_a_post_of_any_kind_of_body_is_understood(program, series):
    contact = reader(series)
    answer = program.post(page_of(contact, series), b"\x00\xff", content_type="text/plain")
    assert (answer.status_code, follows(contact)) == (200, [])


def test_looking_changes_nothing(program, series):
    contact = reader(series)
    for look in (program.get, program.head, program.get):
        answer = look(page_of(contact, series))
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert follows(contact) == ["Minsk Python"]


def test_twice_is_once(program, series):
    contact = reader(series)
    program.post(page_of(contact, series), ONE_CLICK)
    first = Subscription.objects.get().withdrawn_at
    assert program.post(page_of(contact, series), ONE_CLICK).status_code == 200
    assert Subscription.objects.get().withdrawn_at == first


def test_other_series_and_her_seat_are_not_touched(program, series):
    contact = reader(series)
    other = make_series(name="Berlin Rust")
    make_follower(other, contact)
    theirs = invited(other)
    event = make_event(series)
    Registration.objects.register(event, contact)
    program.post(page_of(contact, series), ONE_CLICK)
    assert follows(contact) == ["Berlin Rust"]
    theirs.refresh_from_db()
    assert theirs.state == "queued"
    assert Delivery.objects.get(template="registrations/going").state == "queued"


def test_what_is_in_flight_is_stopped_before_the_hand_over(program, series):
    contact = reader(series)
    invitation = invited(series)
    Delivery.objects.filter(pk=invitation.pk).update(
        state="claimed", claim_token=invitation.pk, lease_until=timezone.now() + timedelta(hours=1)
    )
    program.post(page_of(contact, series), ONE_CLICK)
    invitation.refresh_from_db()
    assert invitation.state == "cancelled"


def test_no_later_wave_reaches_her(program, series):
    contact = reader(series)
    program.post(page_of(contact, series), ONE_CLICK)
    make_wave(make_event(series, starts="2026-12-10T19:00"))
    assert start_due() == 0


def test_only_the_digest_takes_invitations_back(program, series):
    contact = reader(series)
    invitation = invited(series)
    digest = Delivery.objects.post
    digest(contact, "mailings/digest", {}, key="digest:1", message_class="promotional",
           realm=series.realm)  # fmt: skip
    page = program.post(page_of(contact, series), {"what": "digest"})
    assert "From now on one mail a month." in page.content.decode()
    assert Subscription.objects.get().pace == "digest"
    states = dict(Delivery.objects.values_list("template", "state"))
    assert states == {"mailings/invitation": "cancelled", "mailings/digest": "queued"}
    assert invitation.pk
    program.post(page_of(contact, series), {"what": "everything"})
    assert Subscription.objects.get().pace == "all"


def test_a_pause_lasts_three_months(program, series):
    contact = reader(series)
    invitation = invited(series)
    program.post(page_of(contact, series), {"what": "pause"})
    invitation.refresh_from_db()
    assert invitation.state == "cancelled"
    assert not Subscription.objects.awake().exists()
    assert "until 2 March 2027" in program.get(page_of(contact, series)).content.decode()
    with time_machine.travel("2027-03-03T12:00:00Z"):
        assert Subscription.objects.awake().count() == 1


def test_only_some_lines(program, series):
    web, data = make_line(series, "web"), make_line(series, "data")
    contact = reader(series)
    about_data = invited(series, line=data)
    page = program.post(page_of(contact, series), {"what": "lines", "lines": ["web"]})
    assert "From now on only what you ticked." in page.content.decode()
    assert follows(contact) == ["Web"]
    about_data.refresh_from_db()
    assert about_data.state == "cancelled"
    chosen = Subscription.objects.confirmed().get()
    assert (chosen.line, chosen.source, chosen.text_version) == (web, "own page", "own-2026-11")


def test_no_line_ticked_is_a_question_and_not_an_end(program, series):
    make_line(series, "web")
    contact = reader(series)
    page = program.post(page_of(contact, series), {"what": "lines"})
    assert "Please tick at least one" in page.content.decode()
    assert follows(contact) == ["Minsk Python"]


def test_a_line_of_another_series_is_refused(program, series):
    make_line(series, "web")
    make_line(make_series(), "secret")
    contact = reader(series)
    program.post(page_of(contact, series), {"what": "lines", "lines": ["secret"]})
    assert follows(contact) == ["Minsk Python"]


def test_never_again_blocks_every_address_she_has(program, series):
    contact = reader(series)
    contact.phone = "+375291234567"
    contact.save()
    make_follower(make_series(), contact)
    invitation = invited(series)
    program.post(page_of(contact, series), {"what": "never"})
    assert follows(contact) == []
    assert Suppression.objects.covering("ADA@example.org").get().reason == "blocked"
    assert Suppression.objects.covering("+375291234567").exists()
    invitation.refresh_from_db()
    assert invitation.state == "cancelled"


@pytest.mark.parametrize("what", ["leave", "never"])
def test_a_click_too_many_is_taken_back(program, series, what):
    contact = reader(series)
    url = page_of(contact, series)
    assert "Take it back" in program.post(url, {"what": what}).content.decode()
    program.post(url, {"what": "undo"})
    assert follows(contact) == ["Minsk Python"]
    assert not Suppression.objects.exists()


def test_an_hour_later_it_takes_a_new_consent(program, series):
    contact = reader(series)
    url = page_of(contact, series)
    program.post(url, {"what": "leave"})
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        page = program.get(url).content.decode()
        assert "/follow/minsk/" in page
        program.post(url, {"what": "undo"})
    assert follows(contact) == []


def test_undoing_does_not_bring_back_what_she_left_before(program, series):
    contact = reader(series)
    old = make_follower(series, contact, line=make_line(series, "web"))
    Subscription.objects.filter(pk=old.pk).withdraw(timezone.now() - timedelta(days=9))
    program.post(page_of(contact, series), {"what": "leave"})
    program.post(page_of(contact, series), {"what": "undo"})
    assert follows(contact) == ["Minsk Python"]


def test_she_chooses_her_language_and_zone_and_the_page_follows(program, series):
    contact = reader(series)
    typed = {"what": "language", "language": "ru", "time_zone": "Asia/Tokyo"}
    page = program.post(page_of(contact, series), typed)
    contact.refresh_from_db()
    assert (contact.language, contact.time_zone) == ("ru", "Asia/Tokyo")
    assert '<html lang="ru"' in page.content.decode()
    program.post(page_of(contact, series), {"what": "language", "language": "en"})
    contact.refresh_from_db()
    assert (contact.language, contact.time_zone) == ("en", "Asia/Tokyo")


@pytest.mark.parametrize("typed", [{"language": "xx"}, {"language": "en", "time_zone": "Moon"}])
def test_what_cannot_be_is_refused_with_a_sentence(program, series, typed):
    contact = reader(series)
    page = program.post(page_of(contact, series), {"what": "language"} | typed)
    assert (page.status_code, "Please look at this once more" in page.content.decode()) == (
        200,
        True,
    )
    contact.refresh_from_db()
    assert contact.time_zone == ""


def test_another_channel_is_a_consent_of_its_own(program, series):
    contact = reader(series)
    typed = {"what": "channel", "channel": "voice", "phone": "+375 29 123-45-67"}
    program.post(page_of(contact, series), typed)
    contact.refresh_from_db()
    assert (contact.channel, contact.phone) == ("voice", "+375291234567")
    assert channels() == {"email", "voice"}


def test_a_call_needs_a_number(program, series):
    contact = reader(series)
    page = program.post(page_of(contact, series), {"what": "channel", "channel": "voice"})
    assert "For that we need your number." in page.content.decode()
    assert channels() == {"email"}


def test_a_channel_that_is_not_open_here_is_not_offered(program, series):
    contact = reader(series)
    assert b'value="sms"' not in program.get(page_of(contact, series)).content
    program.post(
        page_of(contact, series), {"what": "channel", "channel": "sms", "phone": "+12345678"}
    )
    contact.refresh_from_db()
    assert contact.channel == "email"


def test_the_messenger_is_reached_by_a_link(program, series, settings):
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "1:abc", "minsk_bot"
    contact = reader(series)
    page = program.post(page_of(contact, series), {"what": "channel", "channel": "messenger"})
    assert "https://t.me/minsk_bot?start=" in page.content.decode()


def test_nothing_but_a_masked_address_is_shown(program, series):
    contact = reader(series)
    contact.phone, contact.time_zone = "+375291234567", "Asia/Tokyo"
    contact.save()
    text = program.get(page_of(contact, series)).content.decode()
    assert "a•••@e•••.org" in text
    for secret in ("ada@example.org", "Lovelace", "+37529", "Tokyo"):
        assert secret not in text


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "1",
        "MTpzZXJpZXM6MQ",
        "MTpzZXJpZXM6MQ.AAAAAAAAAAAAAAAAAAAAAA",
        "a" * 200,
        "%ff%fe",
        "..",
    ],
)
def test_a_forged_link_opens_nothing_and_is_told_kindly(program, series, token):
    contact = reader(series)
    for answer in (program.get(f"/u/{token}/"), program.post(f"/u/{token}/", ONE_CLICK)):
        assert answer.status_code == 404
    assert follows(contact) == ["Minsk Python"]


def test_a_link_of_another_purpose_opens_nothing(program, series):
    contact = reader(series)
    seat = make_registration(make_event(series), contact=contact)
    other = signed("messenger", f"{contact.pk}:{series.realm}")
    for token in (seat.token, other):
        assert program.post(f"/u/{token}/", ONE_CLICK).status_code == 404
    assert follows(contact) == ["Minsk Python"]


def test_a_link_survives_a_new_secret_key(program, series, settings):
    contact = reader(series)
    url = page_of(contact, series)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new" * 20
    assert program.post(url, ONE_CLICK).status_code == 200
    assert follows(contact) == []


def test_somebody_who_is_gone_gets_a_kind_answer(program, series):
    contact = reader(series)
    url = page_of(contact, series)
    contact.delete()
    assert program.post(url, ONE_CLICK).status_code == 200
    assert "Nothing left to end" in program.get(url).content.decode()


def test_no_copy_of_the_page_is_kept_and_its_address_goes_nowhere(program, series):
    answer = program.get(page_of(reader(series), series))
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"


def test_nobody_is_kept_from_leaving_by_a_limit(program, series):
    contact = reader(series)
    cache.clear()
    answers = {program.post(page_of(contact, series), ONE_CLICK).status_code for _n in range(100)}
    assert answers == {200}


def test_news_of_the_whole_house_are_ended_everywhere(program, series):
    contact = reader(series)
    make_follower(make_series(), contact)
    assert program.get(page_of(contact)).status_code == 200
    program.post(page_of(contact), ONE_CLICK)
    assert follows(contact) == []


def test_the_page_is_in_her_language(program, series):
    contact = reader(series)
    contact.language = "zh"
    contact.save()
    assert re.search(
        '<html lang="zh-[Hh]ans"', program.get(page_of(contact, series)).content.decode()
    )
