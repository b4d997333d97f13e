"""The recap's meter: what remains of an evening, and what still should, each with its place."""

from datetime import timedelta

import pytest
from django.test import Client

from meetups.models import Event, Picture
from planning.recap import facts_of, recap_of
from speakers.models import Talk
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_registration,
    make_series,
    make_slot,
    make_speaker,
    make_talk,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return make_series()


@pytest.fixture
def over(series):
    return make_event(series, starts_in=timedelta(days=-3))


def meter(event):
    event = Event.objects.with_agenda().get(pk=event.pk)
    return recap_of(event, facts_of([event])[event.pk])


def lacks(event):
    return [(thing.talk, thing.name) for thing in meter(event).missing]


def add_picture(event):
    Picture.objects.create(event=event, file="pictures/x.jpg", width=1, height=1)


def given(series, title="Queues"):
    """A talk that came of a proposal, on an evening that is over by now."""
    event = make_event(series)
    proposal = make_proposal(
        make_call(series), "confirmed", make_contact(name="Ada"), make_slot(event, "talk"),
        title=title,
    )  # fmt: skip
    event.date -= timedelta(days=30)
    event.save()
    return event, proposal


def test_an_evening_without_talks_wants_three_things(over):
    assert meter(over).words == "0 of 3"
    assert lacks(over) == [("", "text"), ("", "pictures"), ("", "head count")]


def test_a_talk_written_in_by_hand_wants_five_more(over):
    make_talk(over, "Queues", speakers=["Ada"])

    assert meter(over).words == "0 of 8"
    assert lacks(over)[3:] == [
        ("Queues", "video"),
        ("Queues", "slides"),
        ("Queues", "summary"),
        ("Queues", "licence"),
        ("Queues", "photo and a few words of Ada"),
    ]


def test_a_talk_of_a_proposal_wants_the_consent_too(series):
    event, _proposal = given(series)

    assert meter(event).words == "0 of 9"
    assert ("Queues", "consent on record") in lacks(event)


def test_what_is_there_is_counted(over):
    over.recap, over.came = "It was good.", 0
    over.save()
    add_picture(over)
    ada = make_speaker(over.series, "Ada", bio="Writes.", photo="speakers/ada.jpg")
    make_talk(
        over, "Queues", speakers=[ada], video_url="https://example.org/v", summary="Short.",
        slides_url="https://example.org/s", licence="CC0",
    )  # fmt: skip
    make_talk(over, "Types", speakers=[ada, "Bea"], video_url="https://example.org/w")

    # 3 of the evening, 5 of 5 of the first talk, video and Ada of the 6 of the second.
    assert meter(over).words == "10 of 14"
    assert lacks(over) == [
        ("Types", "slides"),
        ("Types", "summary"),
        ("Types", "licence"),
        ("Types", "photo and a few words of Bea"),
    ]


def test_slides_kept_here_are_slides(over):
    make_talk(over, speakers=["Ada"])
    Talk.objects.update(has_slides=True)

    assert "slides" not in [name for _talk, name in lacks(over)]


def test_guests_who_were_ticked_off_are_a_head_count(over):
    make_registration(over, came=True)

    assert ("", "head count") not in lacks(over)


def test_a_consent_settles_the_licence_even_where_all_rights_stay_with_her(series):
    event, proposal = given(series)

    proposal.consent(proposal.parts.get(), "link")

    assert {("Queues", "consent on record"), ("Queues", "licence")}.isdisjoint(lacks(event))


def test_two_speakers_who_say_different_things_leave_the_licence_open(series):
    event, proposal = given(series)
    bea = make_contact(name="Bea")
    speaker = make_speaker(series, "Bea", contact=bea)
    second = proposal.parts.create(contact=bea, speaker=speaker, accepted_at=event.starts_at)
    proposal.consent(proposal.parts.get(is_author=True), "public", "CC BY 4.0")
    assert ("Queues", "consent on record") in lacks(event)

    proposal.consent(second, "public", "")

    assert ("Queues", "consent on record") not in lacks(event)
    assert ("Queues", "licence") in lacks(event)


def test_of_a_talk_that_is_shown_nowhere_nothing_is_wanted_to_show(series):
    event, proposal = given(series)

    proposal.consent(proposal.parts.get(), "nowhere")

    assert [name for talk, name in lacks(event) if talk] == ["photo and a few words of Ada"]


def test_a_talk_that_nobody_agreed_to_was_not_given(over):
    make_talk(over, speakers=["Ada"], agreed_at=None)

    assert meter(over).total == 3


def test_the_meter_of_many_evenings_takes_as_many_queries_as_of_one(
    series, django_assert_num_queries
):
    events = [given(series, title=f"Talk {number}")[0] for number in range(4)]
    evenings = list(Event.objects.with_agenda().filter(pk__in=[event.pk for event in events]))

    with django_assert_num_queries(4):
        facts = facts_of(evenings)
        assert [recap_of(event, facts[event.pk]).total for event in evenings] == [9] * 4


def page_of(event, role="organizer"):
    client = Client()
    client.force_login(make_organizer(event.series, role))
    return client, client.get(f"/admin/meetups/event/{event.pk}/change/").content.decode()


def test_organizers_see_the_meter_and_every_link_opens(series):
    event, _proposal = given(series)

    client, page = page_of(event)

    assert "0 of 9" in page
    for thing in meter(event).missing:
        assert f'href="{thing.url}"' in page
        path, _hash, anchor = thing.url.partition("#")
        there = client.get(path)
        assert there.status_code == 200, thing
        assert not anchor or f'id="{anchor}"' in there.content.decode(), thing


def test_nothing_is_wanted_before_the_evening_or_from_a_helper_at_the_door(series, over):
    assert "recap-meter" not in page_of(make_event(series))[1]
    assert "recap-meter" in page_of(over)[1]
    assert "recap-meter" not in page_of(over, "door")[1]


def test_a_recap_that_is_whole_says_so(over):
    over.recap, over.came = "It was good.", 3
    over.save()
    add_picture(over)

    assert "Nothing is missing" in page_of(over)[1]
