"""People to ask: one letter each, a link to pass on, and how far each has come (need 93)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetups.models import Refused
from outbox.letters import compose
from outbox.models import Delivery, Suppression
from speakers.models import Lead
from tests.admin.pages import change_url, choices_of, errors_of, save
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_lead,
    make_organizer,
    make_proposal,
    make_series,
    make_slot,
    make_topic,
)
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

LEADS = "/admin/speakers/lead/"


@pytest.fixture
def series():
    return make_series("minsk", name="Minsk Python", reply_to="us@example.org")


@pytest.fixture
def boss(series):
    browser = Client()
    browser.force_login(make_organizer(series, name="Ann"))
    return browser


def verb(lead, name):
    return f"{LEADS}{lead.pk}/{name}/"


def text_of(browser, url):
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return " ".join(answer.content.decode().split())


# The letter


def test_the_letter_is_shown_as_it_will_be_and_looking_sends_nothing(boss, series):
    lead = make_lead(series, name="Grace Hopper", about="Compilers")
    make_call(series)

    page = text_of(boss, verb(lead, "invite"))

    assert "Hello Grace Hopper," in page
    assert "We thought of you for this: “Compilers”." in page
    assert f"http://testserver/talks/invitations/{lead.token}/" in page
    assert "you will not be written to again" in page
    assert not Delivery.objects.exists()
    lead.refresh_from_db()
    assert (lead.state, lead.invited_at) == ("lead", None)


def test_her_own_words_are_shown_before_they_are_sent(boss, series):
    lead = make_lead(series)

    answer = boss.post(verb(lead, "invite"), {"words": "I loved your talk", "look": "1"})

    assert answer.status_code == 200
    assert answer.content.decode().count("I loved your talk") == 2
    assert not Delivery.objects.exists()


def test_an_invitation_leaves_once_and_moves_her_on(boss, series):
    lead = make_lead(series, name="Grace", email="grace@example.org")

    answer = boss.post(verb(lead, "invite"), {"words": "I loved your talk"})

    assert answer.status_code == 302
    letter = Delivery.objects.get()
    assert letter.key == f"lead:{lead.pk}:invited"
    assert (letter.address, letter.contact, letter.realm) == (
        "grace@example.org", None, series.realm,
    )  # fmt: skip
    text = letter.render().text
    assert "I loved your talk" in text
    assert f"/talks/invitations/{lead.token}/" in text
    assert "\nAnn\nMinsk Python\n" in text
    lead.refresh_from_db()
    assert (lead.state, lead.last_contact) == ("contacted", lead.today)
    assert lead.invited_at is not None


def test_the_secret_of_the_link_is_not_in_the_kept_message(boss, series):
    lead = make_lead(series)
    boss.post(verb(lead, "invite"))

    assert lead.token not in str(Delivery.objects.get().context)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_letter(transactional_db):
    lead = make_lead()

    def invite(_number):
        try:
            Lead.objects.get(pk=lead.pk).invite()
        except Refused as refusal:
            return refusal.messages[0]
        return "sent"

    said = in_threads(3, invite)

    assert sorted(said)[2] == "sent"
    assert Delivery.objects.count() == 1


def test_nobody_is_written_to_twice_even_from_a_new_line_on_the_list(series):
    first = make_lead(series, email="grace@example.org")
    first.invite()
    with pytest.raises(Refused, match="only once"):
        first.invite()
    first.delete()
    again = make_lead(series, email="Grace@example.org")

    with pytest.raises(Refused, match="only once"):
        again.invite()

    assert Delivery.objects.count() == 1


def test_a_blocked_address_is_not_written_to(series):
    lead = make_lead(series)
    Suppression.objects.add_address(lead.email, "blocked")

    with pytest.raises(Refused, match="blocked"):
        lead.invite()

    lead.refresh_from_db()
    assert lead.state == "lead"


@pytest.mark.parametrize("fields", [{"email": ""}, {"state": "declined"}, {"state": "spoke"}])
def test_whom_we_cannot_or_should_not_ask_is_not_offered_a_letter(boss, series, fields):
    lead = make_lead(series, **fields)

    assert "/invite/" not in text_of(boss, change_url(lead)).replace("/invitations/", "")
    answer = boss.post(verb(lead, "invite"))

    assert len(errors_of(answer)) == 1
    assert not Delivery.objects.exists()


def test_words_make_no_link_no_header_and_no_end_of_the_letter(series):
    lead = make_lead(series, name="Grace", about="One\nBcc: x@example.org")
    words = "See https://evil.example\n\n--\n\n  <a href='https://evil.example'>here</a>"

    letter = compose("speakers/personal_invitation", lead.facts(words), "en")

    assert "Bcc" not in letter.subject
    assert "evil.example</a>" not in letter.html
    assert 'href="https://evil.example' not in letter.html
    assert "&lt;a href=" in letter.html
    assert letter.text.count("\n--\n") == 1


def test_a_name_that_looks_like_a_link_is_not_greeted(series):
    lead = make_lead(series, name="evil.example")

    assert compose("speakers/personal_invitation", lead.facts(), "en").text.startswith("Hello,")


def test_words_without_end_are_refused(boss, series):
    lead = make_lead(series)

    answer = boss.post(verb(lead, "invite"), {"words": "x" * 1001})

    assert errors_of(answer)
    assert not Delivery.objects.exists()


def test_her_link_can_be_passed_on_by_other_means(boss, series):
    lead = make_lead(series, email="")

    page = text_of(boss, change_url(lead))

    assert f'value="http://testserver/talks/invitations/{lead.token}/"' in page
    assert "Without an address we cannot write to them." in page


# How far she has come


def test_a_contact_is_noted_with_its_day_and_words(boss, series):
    lead = make_lead(series, notes="Met in Kraków")
    day = lead.today - timedelta(days=3)

    answer = boss.post(verb(lead, "contact"), {"on": f"{day}", "note": "In spring, she says"})

    assert answer.status_code == 302
    lead.refresh_from_db()
    assert (lead.state, lead.last_contact) == ("contacted", day)
    assert lead.notes.startswith("Met in Kraków\n")
    assert lead.notes.endswith(": In spring, she says")
    assert not Delivery.objects.exists()


def test_an_older_contact_noted_later_is_not_the_last_one(series):
    lead = make_lead(series, last_contact=timezone.now().date())

    lead.note_contact(lead.today - timedelta(days=30))

    assert lead.last_contact == timezone.now().date()


def test_a_contact_of_tomorrow_is_refused(boss, series):
    lead = make_lead(series)

    answer = boss.post(verb(lead, "contact"), {"on": f"{lead.today + timedelta(days=1)}"})

    assert errors_of(answer) == ["This day is still to come."]


def test_noting_a_contact_takes_nobody_back(series):
    lead = make_lead(series, state="agreed")

    lead.note_contact(lead.today)

    assert lead.state == "agreed"


def test_notes_that_are_full_are_not_cut(series):
    lead = make_lead(series, notes="x" * 4_990)

    with pytest.raises(Refused, match="notes are full"):
        lead.note_contact(lead.today, "one more")

    lead.refresh_from_db()
    assert len(lead.notes) == 4_990


def test_a_no_is_kept_so_that_nobody_asks_again(boss, series):
    lead = make_lead(series)

    boss.post(verb(lead, "no"), {"note": "Next year perhaps"})

    lead.refresh_from_db()
    assert (lead.state, lead.last_contact) == ("declined", lead.today)
    assert "Next year perhaps" in lead.notes


def test_whose_talk_took_place_spoke(time_machine):
    call = make_call()
    event = make_event(call.series, starts_in=timedelta(days=2))
    by_link, by_address = make_lead(call.series, email=""), make_lead(call.series)
    contact = make_contact(by_address.email.upper().replace("EXAMPLE.ORG", "example.org"))
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"), lead=by_link)
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"), contact=contact)
    waiting = make_lead(call.series, state="agreed")
    make_proposal(call, "accepted", slot=make_slot(event, "talk"), lead=waiting)
    elsewhere = make_lead(make_series(), email=by_address.email)

    assert Lead.objects.note_speakers() == 0
    time_machine.move_to(timezone.now() + timedelta(days=3))
    assert Lead.objects.note_speakers() == 2
    assert Lead.objects.note_speakers() == 0

    spoke = set(Lead.objects.filter(state="spoke"))
    assert spoke == {by_link, by_address}
    elsewhere.refresh_from_db()
    assert elsewhere.state == "lead"


def test_a_talk_of_an_evening_that_was_cancelled_was_not_given(time_machine):
    call = make_call()
    event = make_event(call.series, starts_in=timedelta(days=2))
    lead = make_lead(call.series)
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"), lead=lead)
    event.cancel()
    time_machine.move_to(timezone.now() + timedelta(days=3))

    assert Lead.objects.note_speakers() == 0


def test_who_spoke_before_she_was_put_on_the_list_is_to_be_asked_again(time_machine):
    call = make_call()
    event = make_event(call.series, starts_in=timedelta(days=2))
    contact = make_contact("grace@example.org")
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"), contact=contact)
    time_machine.move_to(timezone.now() + timedelta(days=3))
    make_lead(call.series, email="grace@example.org")

    assert Lead.objects.note_speakers() == 0


# The list


def test_a_person_is_added_and_not_twice(boss, series):
    form = {"name": "Grace", "email": "grace@EXAMPLE.org", "about": "Compilers"}

    assert errors_of(save(boss, f"{LEADS}add/", **form)) == []
    again = save(boss, f"{LEADS}add/", **form | {"email": "GRACE@example.org"})

    assert errors_of(again) == ["This person is on the list already."]
    assert Lead.objects.get().email == "grace@example.org"


@pytest.mark.parametrize("email", ["nobody", "a@b@c", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_refused_with_a_sentence(boss, series, email):
    assert errors_of(save(boss, f"{LEADS}add/", name="Grace", email=email))


def test_the_list_is_found_by_state_and_words_and_who_waits_longest_comes_first(boss, series):
    today = timezone.now().date()
    make_lead(series, name="Spoke", state="spoke")
    make_lead(series, name="Lately", state="contacted", last_contact=today)
    make_lead(series, name="Long ago", state="contacted", last_contact=today - timedelta(days=90))
    make_lead(series, name="New", where_from="PyCon")

    def names(query):
        answer = boss.get(LEADS, query)
        assert answer.status_code == 200
        return [lead.name for lead in answer.context["cl"].result_list]

    assert names({}) == ["New", "Long ago", "Lately", "Spoke"]
    assert names({"state__exact": "contacted"}) == ["Long ago", "Lately"]
    assert names({"q": "pycon"}) == ["New"]


def test_the_list_takes_as_many_queries_for_many_as_for_one(boss, series):
    make_lead(series, topic=make_topic(series))
    few = queries_of(boss, LEADS)
    for _n in range(20):
        make_lead(series, topic=make_topic(series))

    assert queries_of(boss, LEADS) == few


def queries_of(browser, url):
    with CaptureQueriesContext(connection) as seen:
        text_of(browser, url)
    return len(seen)


# Rights


def test_people_of_another_series_are_nowhere(boss, series):
    theirs = make_lead(make_series(), name="zebrafish", email="zebrafish@example.org")
    topic = make_topic(theirs.series, "zebrafish topic")

    for url in [LEADS, f"{LEADS}?q=zebra", f"{LEADS}add/", f"{LEADS}funnel/"]:
        assert "zebrafish" not in text_of(boss, url), url
    for name in ["change", "invite", "contact", "no", "history", "delete"]:
        assert boss.get(verb(theirs, name)).status_code == 404, name
        assert boss.post(verb(theirs, name)).status_code == 404, name
    assert str(topic.pk) not in choices_of(boss, f"{LEADS}add/", "topic")
    assert not Delivery.objects.exists()


def test_a_topic_of_another_of_her_series_does_not_fit(boss, series):
    second = make_series()
    second.organizers.create(user=series.organizers.get().user, role="owner")
    topic = make_topic(second)

    answer = save(boss, f"{LEADS}add/", name="Grace", series=series.pk, topic=topic.pk)

    assert errors_of(answer) == ["This topic belongs to another series."]


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_reviewers_and_helpers_see_nothing_of_them(series, role):
    browser = Client()
    browser.force_login(make_organizer(series, role))
    lead = make_lead(series)

    for url in [LEADS, change_url(lead), verb(lead, "invite"), f"{LEADS}funnel/"]:
        assert browser.get(url).status_code in {403, 404}, url
        assert browser.post(url).status_code in {403, 404}, url
    assert not Delivery.objects.exists()
