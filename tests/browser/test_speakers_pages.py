"""Pages for speakers, and those where speakers are looked for, seen with care."""

import pytest
from django.urls import reverse

from tests.browser.doing import follow, press
from tests.browser.looking import faults
from tests.browser.speaking import fill_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PUBLIC = {
    "calls": lambda here: "/series/evenings/talks/",
    "call with a long name": lambda here: "/series/wide/talks/",
    "no call": lambda here: "/series/quiet/talks/",
    "form, closed": lambda here: "/series/quiet/talks/new/",
    "form": lambda here: "/series/evenings/talks/new/",
    "form of somebody invited": lambda here: f"/talks/invitations/{here.lead.token}/",
    "whose proposals?": lambda here: "/talks/mine/",
    "topics": lambda here: "/series/evenings/topics/",
    "no topics": lambda here: "/series/quiet/topics/",
    "voice": lambda here: _voice(here.seats["going"]),
    "voice after the evening": lambda here: _voice(here.seats["of a given talk"]),
    "talk that was given": lambda here: here.proposals["given"].talk.get_absolute_url(),
}
STATES = [
    "submitted", "late", "accepted", "reserve", "asked", "withdrawn", "declined", "offered",
    "confirmed", "given", "with a long title",
]  # fmt: skip
QUESTIONS = {
    "edit": "submitted",
    "withdraw": "confirmed",
    "evening": "offered",
    "consent": "confirmed",
    "speakers": "submitted",
    "profile": "confirmed",
    "slides": "confirmed",
    "rehearsal": "confirmed",
}
DESK = {
    "board": lambda here: "/admin/speakers/proposal/board/",
    "board, empty": lambda here: f"/admin/speakers/proposal/board/?series={here.other.pk}",
    "marks": lambda here: _of("proposal_review", here.proposals["late"]),
    "tell those of a call": lambda here: _of("call_tell", here.call),
    "free place": lambda here: _of("offer_ask", here.place),
    "funnel": lambda here: reverse("admin:speakers_lead_funnel"),
    "funnel of a year": lambda here: reverse("admin:speakers_lead_funnel") + "?since=year",
    "invitation": lambda here: _of("lead_invite", here.lead),
    "matrix": lambda here: reverse("admin:speakers_topic_matrix"),
    "matrix, empty": lambda here: f"/admin/speakers/topic/matrix/?series={here.other.pk}",
    "interview": lambda here: reverse("admin:speakers_topic_interview"),
}


def _voice(seat):
    return reverse("speakers:voice", args=[seat.event.slug, seat.token])


def _of(page, thing):
    return reverse(f"admin:speakers_{page}", args=[thing.pk])


def look(page, address):
    """The faults of the page at this address, which must open."""
    assert page.goto(address).status == 200, address
    return faults(page)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_page_is_well(community, passer_by, name):
    assert look(passer_by, PUBLIC[name](community)) == []


def test_the_form_is_well_refused_saved_and_asking_for_the_code(people, community):
    page = people.open("/series/evenings/talks/new/")
    press(page, "Send it in")
    found = faults(page)
    fill_in(page, "Nina New", "nina@example.org", "Indexes")
    press(page, "Save for later")
    found += faults(page)
    press(page, "Send it in")
    found += faults(page)
    page.get_by_label("The code out of the mail").fill("000000")
    press(page, "Send my proposal in")
    assert found + faults(page) == []


@pytest.mark.parametrize("whose", ["speaker", "newcomer"])
def test_ones_own_list_is_well(people, community, whose):
    page = people.open(session=getattr(community, whose))
    assert look(page, "/talks/mine/") == []


@pytest.mark.parametrize("state", STATES)
def test_a_speakers_page_is_well(community, passer_by, state):
    part = community.proposals[state].parts.get()
    assert look(passer_by, part.get_absolute_url()) == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_to_the_speaker_is_well(community, passer_by, question):
    part = community.proposals[QUESTIONS[question]].parts.get()
    assert look(passer_by, f"{part.get_absolute_url()}{question}/") == []


def test_the_offer_to_step_in_is_well(community, passer_by):
    passer_by.goto(community.proposals["asked"].parts.get().get_absolute_url())
    follow(passer_by, "Answer the offer")
    assert faults(passer_by) == []


@pytest.mark.parametrize("name", DESK)
def test_a_page_of_the_desk_is_well(community, desk, name):
    assert look(desk, DESK[name](community)) == []
