"""A speaker's page of her proposal: what she was told, and nothing that is decided but untold."""

from datetime import timedelta

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from meetups.models import Event
from outbox.models import Delivery
from people.tokens import hash_of, token_from
from speakers.models import Criterion, Offer, Part, Proposal, Remark, Review
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_registration,
    make_slot,
)
from tests.speakers.pages import author, link, page, text_of

pytestmark = pytest.mark.django_db

READING = "We are reading your proposal"
XSS = '<script>alert(1)</script><img src=x onerror="alert(2)">'
OWN = [
    "proposal", "edit", "withdraw", "evening", "consent", "profile", "co_speakers", "part",
    "evening_calendar", "own_photo",
]  # fmt: skip


def place_on(event):
    return make_slot(event, kind="talk")


def decided(call, how):
    """A proposal that organizers have decided and told nobody of."""
    proposal = make_proposal(call)
    organizer = make_organizer(call.series, name="Olga Secretive")
    event = make_event(call.series, title="Untold evening")
    if how == "placed":
        proposal.place(place_on(event), by=organizer)
    elif how == "declined":
        proposal.decline("Too much of an advertisement", by=organizer)
    elif how == "reserve":
        proposal.keep_in_reserve(3, by=organizer)
    else:
        proposal.accept(by=organizer)
    return proposal


@pytest.mark.parametrize("how", ["accepted", "placed", "declined", "reserve"])
def test_what_is_decided_but_not_told_is_on_no_page(client, how):
    proposal = decided(make_call(), how)
    part = author(proposal)
    same = page(client, author(make_proposal(make_call())))

    text = page(client, part)

    assert READING in same
    assert READING in text
    for name in ("proposal", "edit", "withdraw", "evening", "consent", "profile", "co_speakers"):
        seen = page(client, part, name)
        for word in ("accepted", "reserve", "declined", "advertisement", "Untold", "Secretive"):
            assert word not in seen


@pytest.mark.parametrize("how", ["accepted", "placed", "declined", "reserve"])
def test_why_the_text_stays_is_said_in_the_same_words_whatever_was_decided(client, how):
    part = author(decided(make_call(), how))

    assert "It is being read just now, as it stands." in page(client, part, "edit")
    assert client.post(link(part, "edit"), {"title": "New"}).status_code == 409


def test_a_no_that_was_taken_back_untold_still_reads_as_a_no(client):
    proposal = make_proposal(state="declined")
    proposal.reopen()
    part = author(proposal)

    assert "Not this time" in page(client, part)
    assert client.post(link(part, "edit"), {"title": "New"}).status_code == 409


def test_an_evening_taken_away_untold_is_still_the_one_she_was_told(client):
    proposal = make_proposal(state="confirmed")
    told = proposal.event
    proposal.place(place_on(make_event(proposal.call.series, title="Another evening")))
    part = author(proposal)

    text = page(client, part)

    assert "You are on the programme" in text
    assert told.title in text
    assert "Another evening" not in text
    assert client.get(link(part, "evening_calendar")).status_code == 404


def test_she_reads_by_when_the_answer_comes(client):
    call = make_call(answer_days=14)
    proposal = make_proposal(call)

    day = proposal.answer_by
    assert f"You have our answer by {day:%A} {day.day} {day:%B}." in page(client, author(proposal))
    Proposal.objects.update(answer_by=day - timedelta(days=30))
    assert "are late" in page(client, author(proposal))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("submitted", READING),
        ("accepted", "Your talk is accepted"),
        ("confirmed", "You are on the programme"),
        ("reserve", "Your talk is in our reserve"),
        ("declined", "Not this time"),
        ("withdrawn", "You took this proposal back"),
        ("draft", "This is still a draft"),
    ],
)
def test_every_state_in_words(client, state, words):
    assert words in page(client, author(make_proposal(state=state)))


def test_the_reason_of_a_no_is_read_once_she_is_told(client):
    proposal = make_proposal()
    proposal.decline("We had two talks about this already.")
    assert "two talks" not in page(client, author(proposal))

    proposal.release()

    assert "We had two talks about this already." in page(client, author(proposal))


def test_one_button_asks_for_what_is_next(client):
    call = make_call()
    event = make_event(call.series, starts_in=timedelta(days=60))
    proposal = make_proposal(call, "accepted", slot=place_on(event))
    part = author(proposal)
    assert "Say whether you can come" in page(client, part)

    proposal.confirm()
    assert "Finish your profile" in page(client, part)

    part.speaker.photo, part.speaker.bio = "speakers/x.jpg", "Me."
    part.speaker.save()
    proposal.talk.follow_profiles()
    assert "Upload your slides" in page(client, part)

    proposal.talk.duties.update(done_at=timezone.now())
    assert "Say what may be shown" in page(client, part)

    proposal.consent(part, "public")
    assert 'class="button"' not in client.get(link(part)).content.decode()


def test_she_reads_when_her_talk_begins_in_the_time_of_the_evening(client):
    series = make_call().series
    call = series.calls.get()
    event = make_event(series, starts="2031-12-10T19:00")
    make_slot(event, kind="doors", minutes=30)
    make_slot(event, kind="welcome", minutes=15)
    proposal = make_proposal(call, "confirmed", slot=make_slot(event, kind="talk", minutes=25))

    text = page(client, author(proposal))

    assert "Your talk begins at 19:15 (Minsk), 25 min" in text
    assert "Wednesday 10 December 2031, 19:00 (Minsk)" in text


def test_her_calendar_holds_her_own_minutes_under_one_name(client):
    series = make_call().series
    event = make_event(series, starts="2031-12-10T19:00", title="Evening\r\nEND:VEVENT")
    make_slot(event, kind="welcome", minutes=15)
    slot = make_slot(event, kind="talk", minutes=25)
    proposal = make_proposal(
        series.calls.get(), "confirmed", slot=slot, title="Мой доклад, часть 2"
    )
    part = author(proposal)

    def entry():
        answer = client.get(link(part, "evening_calendar"))
        assert answer["Content-Type"] == "text/calendar"
        (found,) = icalendar.Calendar.from_ical(answer.content.decode()).walk("VEVENT")
        return found

    first = entry()
    assert first["UID"].startswith(str(proposal.talk.guid))
    assert first.decoded("DTSTART").isoformat() == "2031-12-10T16:15:00+00:00"
    assert first.decoded("DTEND").isoformat() == "2031-12-10T16:40:00+00:00"
    assert first["SUMMARY"] == "Мой доклад, часть 2"

    event.move(at=event.time.replace(hour=20))
    second = entry()
    assert second["UID"] == first["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second.decoded("DTSTART").isoformat() == "2031-12-10T17:15:00+00:00"


def test_the_mail_that_settles_the_evening_carries_the_same_minutes():
    call = make_call()
    event = make_event(call.series, starts="2031-12-10T19:00")
    make_slot(event, kind="welcome", minutes=15)
    proposal = make_proposal(call, "accepted", slot=place_on(event))

    proposal.confirm()

    (letter,) = Delivery.objects.filter(template="speakers/confirmed")
    (file,) = letter.context["attachments"]
    (found,) = icalendar.Calendar.from_ical(file["text"]).walk("VEVENT")
    assert found["UID"].startswith(str(proposal.talk.guid))
    assert found.decoded("DTSTART").isoformat() == "2031-12-10T16:15:00+00:00"


def test_what_she_was_told_is_listed_and_what_was_not_sent_is_not(client):
    proposal = make_proposal()
    proposal.accept()
    assert "Your talk is accepted" not in page(client, author(proposal))

    proposal.release()

    text = page(client, author(proposal))
    assert text.count("Your talk is accepted") == 2  # how it stands, and the letter
    Delivery.objects.all().withdraw()
    assert page(client, author(proposal)).count("Your talk is accepted") == 1


def test_marks_reviewers_and_notes_of_organizers_never_appear(client):
    call = make_call()
    reviewer = make_organizer(call.series, role="reviewer", name="Rita Reviewer")
    organizer = make_organizer(call.series, name="Olga Organizer")
    proposal = make_proposal(call)
    review = Review(proposal=proposal, user=reviewer, comment="Boring stuff")
    review.give({Criterion.objects.filter(call=call).first(): 2})
    proposal.place(place_on(make_event(call.series)), by=organizer)
    proposal.release()
    proposal.take_off(by=organizer, note="She talks too long")
    proposal.release()

    for name in ("proposal", "withdraw", "consent", "profile", "co_speakers", "edit", "evening"):
        seen = page(client, author(proposal), name)
        for word in ("Rita", "Boring", "Olga", "too long"):
            assert word not in seen


def test_after_the_evening_she_finds_what_remains_and_what_people_say(client, time_machine):
    proposal = make_proposal(state="confirmed")
    talk, part = proposal.talk, author(proposal)
    talk.video_url, talk.summary = "https://video.example.org/1", "In short, it works."
    talk.save()
    Remark.objects.create(
        talk=talk, contact=make_contact(name="Greta Guest"), liked="The demo <b>", wished="Slower"
    )
    time_machine.move_to(timezone.now() + timedelta(days=30))

    text = page(client, part)

    assert "Thank you for your talk" in text
    assert "The demo <b>" in text
    assert "Slower" in text
    assert "Greta" not in text
    assert "In short, it works." in text
    shown = client.get(link(part)).content.decode()
    assert talk.get_absolute_url() in shown
    assert talk.video_url in shown
    other = make_proposal(proposal.call, title="Another talk")
    assert "The demo" not in page(client, author(other))


def test_what_people_type_is_text_on_every_page(client):
    call = make_call()
    proposal = make_proposal(
        call, "accepted", slot=place_on(make_event(call.series)), title=XSS, abstract=XSS, notes=XSS
    )
    part = author(proposal)
    part.speaker.name, part.speaker.bio = XSS, XSS
    part.speaker.save()
    guest = Part.objects.invite(proposal, "guest@example.org")
    asked = [(part, name) for name in OWN[:7]] + [(guest, "part")]

    for who, name in asked:
        shown = client.get(link(who, name)).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
    assert XSS in page(client, part)


def test_links_of_other_kinds_open_none_of_her_pages(client):
    proposal = make_proposal()
    part = author(proposal)
    seat = make_registration(make_event(proposal.call.series))
    strangers = [
        seat.token,
        proposal.draft_token,
        token_from("", part.seed),
        part.token[:-1] + ("a" if part.token[-1] != "a" else "b"),
        part.seed[:22],
        hash_of(part.token)[:22],
    ]

    for token in strangers:
        for name in OWN:
            assert client.get(reverse(f"speakers:{name}", args=[token])).status_code == 404
            assert client.post(reverse(f"speakers:{name}", args=[token])).status_code in {404, 405}


def state_of_all():
    """All that pages could change, to be compared."""
    models = [Proposal, Part, Offer, Delivery, Event]
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("state", ["draft", "submitted", "accepted", "confirmed", "reserve"])
def test_looking_at_a_page_changes_nothing(client, state):
    call = make_call()
    slot = place_on(make_event(call.series)) if state in {"accepted", "confirmed"} else None
    proposal = make_proposal(call, state, slot=slot)
    guest = Part.objects.invite(proposal, "guest@example.org")
    if state == "reserve":
        Offer.objects.offer(place_on(make_event(call.series)))
    addresses = [link(who, name) for who in (author(proposal), guest) for name in OWN]
    addresses += [link(author(proposal), "step_in", offer.pk) for offer in Offer.objects.all()]
    before = state_of_all()

    for address in addresses:
        for method in (client.get, client.head):
            answer = method(address, {"answer": "yes", "name": "x", "note": "x"})
            assert answer.status_code in {200, 302, 404}

    assert state_of_all() == before


def test_no_cache_keeps_her_pages_and_their_addresses_go_nowhere(client):
    part = author(make_proposal())

    for name in OWN[:8]:
        answer = client.get(link(part, name))
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "strict-origin"


def test_somebody_invited_sees_nothing_but_the_question(client):
    proposal = make_proposal(title="Ours", notes="I am afraid of stages")
    guest = Part.objects.invite(proposal, "guest@example.org")

    for name in set(OWN) - {"part", "own_photo"}:
        answer = client.get(link(guest, name))
        assert (answer.status_code, answer["Location"]) == (302, link(guest, "part"))
        answer = client.post(link(guest, name), {"answer": "yes", "title": "Mine"})
        assert (answer.status_code, answer["Location"]) == (302, link(guest, "part"))
    assert client.get(link(guest, "own_photo")).status_code == 404
    assert "afraid of stages" not in page(client, guest, "part")
    proposal.refresh_from_db()
    assert (proposal.title, proposal.state) == ("Ours", "submitted")


def test_a_proved_address_opens_no_link_of_somebody_else(client):
    mine, hers = make_proposal(title="Mine"), make_proposal(title="Hers")
    session = client.session
    session["speaker"] = author(mine).contact_id
    session.save()

    assert client.get(f"/proposals/{hers.pk}/").status_code == 404
    assert client.get(link(author(mine))).status_code == 200
    assert "Hers" not in text_of(client.get(link(author(mine))))
