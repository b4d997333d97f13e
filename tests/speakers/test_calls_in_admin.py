"""Calls in the admin, and proposals that an organizer writes in for somebody."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from meetups.models import Refused
from speakers.models import Call, Proposal, Speaker
from tests.admin.pages import change_url, choices_of, errors_of, form_of, save
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_proposal,
    make_series,
    make_speaker,
)
from tests.owed import letters
from tests.speakers.admin_pages import browser_of, page, text_of

pytestmark = pytest.mark.django_db

ADD = "/admin/speakers/proposal/add/"


@pytest.fixture
def call():
    return make_call()


@pytest.fixture
def client(call):
    return browser_of(call.series)


def test_a_new_call_has_the_usual_formats_and_criteria():
    client = browser_of(make_series(time_zone="Europe/Vilnius"))

    answer = save(client, "/admin/speakers/call/add/", title="Доклады 2027", slug="")

    call = Call.objects.get()
    assert answer.url == change_url(call)
    assert call.slug == "doklady-2027"
    assert [(f.name, f.minutes) for f in call.formats.all()] == [
        ("Talk", 20),
        ("Lightning talk", 5),
    ]
    assert [(c.name, c.weight) for c in call.criteria.all()] == [
        ("Starts a discussion", 3),
        ("Quality of the topic", 2),
        ("People come for this speaker", 1),
    ]
    text = text_of(client, change_url(call))
    assert "Vilnius" in text
    assert call.get_absolute_url() in text


def test_the_last_day_counts_by_the_clocks_of_the_series(call, client):
    save(client, change_url(call), closes_on="2027-01-10", closes_time="23:59")
    call.refresh_from_db()
    # Minsk is three hours ahead of UTC.
    assert call.closes_at.isoformat() == "2027-01-10T20:59:00+00:00"


def test_an_evening_of_another_series_is_no_choice(call, client):
    make_call()
    assert choices_of(client, change_url(call), "event") == []


def test_a_call_with_proposals_is_not_deleted(call, client):
    make_proposal(call)
    client.post(change_url(call).replace("change", "delete"), {"post": "yes"})
    assert Call.objects.exists()


def test_another_weight_weighs_the_marks_again(call, client):
    proposal = make_proposal(call)
    criteria = list(call.criteria.all())
    review = proposal.reviews.create(user=client.user)
    review.give(dict(zip(criteria, (5, 1, 1), strict=True)))

    save(client, change_url(call), **{"criteria-0-weight": "1"})

    review.refresh_from_db()
    # By hand: (1·5 + 2·1 + 1·1) / 4 = 2.00; it was (15 + 2 + 1) / 6 = 3.00.
    assert review.mark == Decimal("2.00")


def test_the_list_says_which_calls_take_talks(client, call):
    today = timezone.now().date()
    soon, later = today + timedelta(days=3), today + timedelta(days=9)
    make_call(call.series, title="Early", opens_on=soon, closes_on=later)
    make_call(call.series, title="Now", closes_on=later)
    make_call(call.series, title="Late", closes_on=today - timedelta(days=3))
    make_call(call.series, title="Off", event=make_event(call.series, status="cancelled"))

    found = client.get("/admin/speakers/call/").context["cl"]

    said = {one.title: found.model_admin.when(one).split()[0] for one in found.result_list}
    words = {"Talks wanted": "standing", "Early": "not", "Now": "until", "Late": "closed,"}
    assert said == words | {"Off": "its"}


def add(client, call, **fields):
    filled = {"title": "By phone", "speaker": "Zoya Petrova", "abstract": "About queues."}
    return save(client, ADD, call=str(call.pk), **filled | fields)


def test_a_talk_is_written_in_for_somebody_without_an_account(call, client):
    assert errors_of(add(client, call)) == []

    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.origin) == ("submitted", "organizer")
    part = proposal.parts.get()
    assert (part.speaker.name, part.contact, part.is_author) == ("Zoya Petrova", None, True)
    assert list(part.speaker.series.all()) == [call.series]
    assert letters() == []


def test_with_an_address_she_gets_a_receipt(call, client):
    add(client, call, email="Zoya@Example.org")
    proposal = Proposal.objects.get()
    assert proposal.parts.get().contact.email == "Zoya@example.org"
    assert letters(about=f"proposal:{proposal.pk}") == ["speakers/received"]


def test_a_speaker_the_series_knows_is_not_made_twice(call, client):
    known = make_speaker(call.series, "Zoya Petrova")
    add(client, call)
    assert Proposal.objects.get().parts.get().speaker == known


def test_an_address_opens_no_profile_that_another_series_keeps(call, client):
    contact = make_contact("zoya@example.org", "Zoya of the others")
    secret = make_speaker(make_series(), "Zoya of the others", contact=contact, bio="Secret bio.")

    add(client, call, email="zoya@example.org")

    assert not secret.series.filter(pk=call.series.pk).exists()
    proposal = Proposal.objects.get()
    assert proposal.parts.get().contact == contact
    for url in [page(proposal), "/admin/speakers/speaker/"]:
        assert "of the others" not in text_of(client, url)


def test_a_name_with_a_link_is_no_name(call, client):
    answer = add(client, call, speaker="See https://example.org")
    assert errors_of(answer)
    assert not Speaker.objects.exists()


def test_a_format_of_another_call_is_refused(call, client):
    other = make_call(call.series)
    answer = add(client, call, format=str(other.formats.first().pk))
    assert errors_of(answer) == ["This format belongs to another call."]
    assert not Proposal.objects.exists()


def test_an_organizer_writes_a_late_talk_into_a_closed_call(call, client):
    Call.objects.filter(pk=call.pk).update(closes_on="2020-01-01", closes_at="2020-01-01T00:00Z")
    assert "Talks wanted (not open)" in text_of(client, ADD)

    assert errors_of(add(client, call, email="zoya@example.org")) == []

    proposal = Proposal.objects.get()
    assert proposal.state == "submitted"
    assert letters(about=f"proposal:{proposal.pk}") == ["speakers/received"]


def test_a_draft_of_hers_stays_one_once_the_call_is_closed(call):
    draft = make_proposal(call, "draft")
    Call.objects.filter(pk=call.pk).update(closes_on="2020-01-01", closes_at="2020-01-01T00:00Z")
    with pytest.raises(Refused, match="This call is closed."):
        Proposal.objects.get(pk=draft.pk).submit()
    assert Proposal.objects.get(pk=draft.pk).state == "draft"


def test_a_call_of_an_evening_that_is_off_takes_none(call, client):
    data = form_of(client, ADD)
    Call.objects.filter(pk=call.pk).update(event=make_event(call.series, status="cancelled"))
    answer = client.post(ADD, data | {"title": "Late", "speaker": "Zoya", "_save": "1"})
    assert answer.status_code == 200
    assert not Proposal.objects.exists()
    assert not Speaker.objects.exists()
    draft = make_proposal(call, "draft")
    with pytest.raises(Refused):
        Proposal.objects.get(pk=draft.pk).submit(late=True)


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_who_only_helps_adds_nothing(call, role):
    browser = browser_of(call.series, role)
    for url in [ADD, "/admin/speakers/call/add/"]:
        assert browser.get(url).status_code == 403
