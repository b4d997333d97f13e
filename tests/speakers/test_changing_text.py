"""A speaker changes what she proposed, as long as nobody has taken it up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from speakers.models import Proposal
from tests.builders import make_call, make_proposal
from tests.speakers.pages import author, link, page, text_of

pytestmark = pytest.mark.django_db


def test_the_text_is_changed_until_the_deadline_which_is_shown_with_its_zone(client, time_machine):
    call = make_call(closes_on=(timezone.now() + timedelta(days=3)).date())
    proposal = make_proposal(call)
    part = author(proposal)
    kind = call.formats.last()
    new = {
        "title": "A better title", "abstract": "**Bold**", "format": kind.pk, "level": "beginners",
        "is_first_talk": "on", "notes": "Fridays", "notice_days": "4",
    }  # fmt: skip

    assert "23:59 (Minsk)" in page(client, part, "edit")
    answer = client.post(link(part, "edit"), new)

    assert answer["Location"] == link(part)
    proposal = Proposal.objects.get()
    assert (proposal.title, proposal.level, proposal.notice_days) == (
        "A better title",
        "beginners",
        4,
    )
    assert (proposal.format, proposal.is_first_talk, proposal.notes) == (kind, True, "Fridays")
    assert "<strong>Bold</strong>" in client.get(link(part)).content.decode()

    time_machine.move_to(call.closes_at + timedelta(seconds=1))
    assert "It could be changed until" in page(client, part, "edit")
    assert client.post(link(part, "edit"), new | {"title": "Late"}).status_code == 409
    assert Proposal.objects.get().title == "A better title"


@pytest.mark.parametrize("decided", ["accepted", "reserve", "declined"])
def test_before_a_deadline_a_decision_nobody_told_does_not_show_and_words_still_follow(
    client, decided
):
    call = make_call(closes_on=(timezone.now() + timedelta(days=3)).date())
    proposal = make_proposal(call)
    verb = {"accepted": "accept", "reserve": "keep_in_reserve", "declined": "decline"}[decided]
    getattr(proposal, verb)()
    part = author(proposal)
    new = {"title": "Better", "abstract": "New.", "format": proposal.format_id, "level": "all"}

    assert "Change the text" in page(client, part)
    assert client.post(link(part, "edit"), new).status_code == 302

    proposal = Proposal.objects.get()
    assert proposal.title == "Better"
    if decided != "declined":
        assert proposal.talk.title == "Better"
    proposal.release()
    assert ("Change the text" in page(client, part)) == (decided != "declined")


def test_an_answered_proposal_is_no_longer_changed(client):
    part = author(make_proposal(state="accepted"))

    assert "Your proposal is answered already" in page(client, part, "edit")
    assert client.post(link(part, "edit"), {"title": "x"}).status_code == 409


def test_a_format_of_another_call_and_an_empty_title_are_refused(client):
    proposal = make_proposal()
    other = make_call().formats.first()
    part = author(proposal)
    old = proposal.title

    answer = client.post(link(part, "edit"), {"title": "", "abstract": "x", "format": other.pk})

    assert answer.status_code == 200
    assert "Please look at this once more" in text_of(answer)
    assert Proposal.objects.get(pk=proposal.pk).title == old
