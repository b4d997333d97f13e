"""The page on which an evening's messages are planned, released and followed (O1, O2)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from mailings.models import HeldBack, Wave
from mailings.sending import start_due
from outbox.models import Cap, Delivery
from tests.admin.pages import change_url, errors_of, save
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_registration,
    make_series,
    make_wave,
)

NOON = datetime.fromisoformat("2026-12-01T12:00:00+03:00")


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def event(ours):
    return make_event(ours.series, starts="2026-12-31T19:00", title="Night of queues")


def line(client, event):
    return client.get(f"/admin/meetups/event/{event.pk}/messages/")


def page(client, wave, name, **asked):
    return client.get(f"/admin/mailings/wave/{wave.pk}/{name}/", asked)


def click(client, wave, verb, **fields):
    """The button of the verb, and yes."""
    return client.post(f"/admin/mailings/wave/{wave.pk}/{verb}/", fields, follow=True)


def handed_over(letters, state):
    """The messages as they are after a sender had them: sent, or unknown."""
    now = timezone.now()
    letters.update(state="claimed", claim_token=uuid4(), lease_until=now)
    letters.update(state="handover", handed_over_at=now)
    letters.update(state=state, sent_at=now if state == "sent" else None)


def body(answer):
    return " ".join(answer.content.decode().split())


def test_the_line_shows_all_messages_of_an_evening_in_order(client, event):
    entries = [entry for entry, _verbs in line(client, event).context["rows"]]
    assert [(e.name, e.local.date().isoformat(), e.countdown) for e in entries] == [
        ("First invitation", "2026-12-10", "T−21"),  # noqa: RUF001
        ("Second invitation", "2026-12-28", "T−3"),  # noqa: RUF001
        ("Eve reminder", "2026-12-30", "T−1"),  # noqa: RUF001
        ("Reminder half a day before", "2026-12-31", "T"),
        ("Thanks", "2027-01-01", "T+1"),
        ("Recap", "2027-01-07", "T+7"),
    ]


def test_the_line_tells_how_many_and_why_not(client, event, ours):
    make_follower(ours.series)
    make_follower(ours.series)
    make_registration(event, contact=make_follower(ours.series).member.contact)
    first = line(client, event).context["rows"][0][0]
    assert first.people == 2
    assert [(one.words, one.number) for one in first.held] == [("has or had a seat", 1)]


@pytest.mark.parametrize("path", ["line", "people", "release"])
def test_few_or_many_people_and_messages_cost_the_same_queries(
    client, event, ours, path, django_assert_max_num_queries
):
    wave = event.waves.get(number=1)

    def queries():
        with django_assert_max_num_queries(60) as found:
            answer = line(client, event) if path == "line" else page(client, wave, path)
        assert answer.status_code == 200
        return len(found)

    make_follower(ours.series)
    queries()
    few = queries()
    for _each in range(20):
        make_follower(ours.series)
    for audience in ("waiting", "crew", "registered"):
        Wave.objects.create(event=event, purpose="note", audience=audience, days_before=1,
                            at=event.time)  # fmt: skip
    assert queries() == few


def test_released_by_a_click_it_leaves_by_itself_when_it_is_due(client, event, ours):
    make_follower(ours.series)
    wave = event.waves.get(number=1)
    assert "1 person gets it" in body(page(client, wave, "release"))
    assert "leaves by itself on Thursday 10 December" in body(click(client, wave, "release"))
    wave.refresh_from_db()
    assert (wave.state, wave.released_by) == ("released", ours.user)
    assert start_due() == 0
    with time_machine.travel(wave.due_at):
        assert start_due() == 1


def test_released_twice_it_leaves_once(client, event, ours):
    make_follower(ours.series)
    wave = event.waves.get(number=1)
    for _each in range(2):
        click(client, wave, "release")
    with time_machine.travel(wave.due_at):
        assert (start_due(), start_due()) == (1, 0)


def test_a_third_invitation_is_refused_with_the_reason(client, event):
    answer = save(client, f"/admin/mailings/wave/add/?event={event.pk}&purpose=note",
                  purpose="invitation", audience="followers")  # fmt: skip
    assert errors_of(answer) == [
        "This evening already has its two invitations; a third one annoys more than it brings."
        " Change one that has not left, or write in the next digest."
    ]
    assert event.waves.filter(purpose="invitation").count() == 2


def test_a_second_invitation_is_offered_three_days_before(client, event):
    event.waves.filter(number=2).delete()
    url = f"/admin/mailings/wave/add/?event={event.pk}&purpose=invitation"
    assert errors_of(save(client, url)) == []
    wave = event.waves.get(number=2)
    assert (wave.day.isoformat(), wave.state) == ("2026-12-28", "draft")


def test_an_invitation_before_three_weeks_needs_a_word(client, event):
    wave = event.waves.get(number=1)
    url = change_url(wave)
    assert errors_of(save(client, url, day="2026-12-05")) == [
        "Not earlier than 21 days before, 10 December 2026: people cool down."
    ]
    assert errors_of(save(client, url, day="2026-12-05", anyway="on")) == []
    wave.refresh_from_db()
    assert wave.local_due.isoformat() == "2026-12-05T18:00:00+03:00"


def test_a_moment_that_is_over_is_refused(client, event):
    wave = event.waves.get(number=1)
    answer = save(client, change_url(wave), day="2026-11-20", anyway="on")
    assert errors_of(answer) == ["That moment is over. Choose a later one, or send it now."]


@pytest.mark.parametrize("words", ["Hello {nmae}", "{evening} {price}"])
def test_a_place_that_nothing_fills_is_refused(client, event, words):
    errors = errors_of(save(client, change_url(event.waves.get(number=1)), text=words))
    assert len(errors) == 1
    assert errors[0].endswith("There are only {name}, {evening}, {when}, {place}.")


def test_another_audience_asks_for_another_look(client, event):
    wave = event.waves.get(number=1)
    click(client, wave, "release")
    save(client, change_url(wave), subject="Come")
    wave.refresh_from_db()
    assert wave.state == "released"
    save(client, change_url(wave), audience="past_attendees")
    wave.refresh_from_db()
    assert wave.state == "draft"


def test_paused_on_its_way_it_waits_and_goes_on(client, event, ours):
    make_follower(ours.series)
    wave = make_wave(event)
    start_due()
    assert "Paused: 1 message waits" in body(click(client, wave, "pause"))
    assert Delivery.objects.get(batch__key__startswith=wave.key).state == "held"
    click(client, wave, "resume")
    assert Delivery.objects.get(batch__key__startswith=wave.key).state == "queued"


def test_cancelled_it_takes_back_what_has_not_left(client, event, ours):
    make_follower(ours.series)
    wave = make_wave(event)
    start_due()
    assert "1 message was taken back" in body(click(client, wave, "cancel"))
    assert wave.messages().get().state == "cancelled"
    assert start_due() == 0


def test_what_has_left_cannot_be_cancelled(client, event, ours):
    make_follower(ours.series)
    wave = make_wave(event)
    start_due()
    handed_over(wave.messages(), "sent")
    for verb in ("pause", "cancel", "send"):
        assert "It has left already: 1 of 1 are sent." in body(click(client, wave, verb))


def test_sent_now_it_leaves_with_the_next_round(client, event, ours):
    make_follower(ours.series)
    wave = event.waves.get(purpose="recap")
    Wave.objects.filter(pk=wave.pk).update(purpose="note", audience="followers", text="News")
    click(client, wave, "send")
    assert start_due() == 1


def test_a_draft_evening_invites_nobody(client, event):
    type(event).objects.filter(pk=event.pk).update(status="draft")
    answer = click(client, event.waves.get(number=1), "release")
    assert "Publish the evening first" in body(answer)


def test_a_copy_to_oneself_changes_nothing(client, event, ours):
    make_follower(ours.series)
    wave = event.waves.get(number=1)
    click(client, wave, "trial")
    copy = Delivery.objects.get(address=ours.user.email)
    letter = copy.render()
    assert (copy.message_class, copy.unsubscribe_url) == ("transactional", "")
    assert letter.subject.startswith("Only to you: Night of queues")
    wave.refresh_from_db()
    assert (wave.state, wave.messages().count()) == ("draft", 0)


def test_a_preview_is_what_its_reader_gets(client, event, ours):
    reader = make_contact(name="Анна", language="ru")
    make_follower(ours.series, contact=reader)
    wave = event.waves.get(number=1)
    shown = page(client, wave, "preview")
    assert (shown.context["person"], shown.context["people"]) == (reader, [(reader, "Русский")])
    assert "Анна" in shown.context["letter"].text
    framed = page(client, wave, "letter")
    assert "Анна" in framed.content.decode()
    assert "sandbox" in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_does_not_open_the_way_to_fewer_messages(client, event, ours):
    make_follower(ours.series)
    assert "/u/…/" in page(client, event.waves.get(number=1), "preview").context["letter"].text


def test_nobody_elses_letter_is_shown(client, event):
    wave, stranger = event.waves.get(number=1), make_contact()
    assert page(client, wave, "preview", person=stranger.pk).status_code == 404


def test_the_second_campaign_of_a_day_says_how_many_the_cap_held_back(client, event, ours):
    Cap.objects.all().delete()  # the usual: one a week
    for _each in range(3):
        make_follower(ours.series)
    make_wave(event)
    second = make_wave(make_event(ours.series, starts="2026-12-20T19:00"))
    assert start_due() == 3
    second.refresh_from_db()
    assert (second.planned, second.held) == (0, 3)
    assert "held back by cap: 3" in body(page(client, second, "people"))
    assert "held back by cap: 3" in body(line(client, second.event))
    assert len(page(client, second, "people", reason="capped").context["people"]) == 3


def test_every_person_stands_in_the_list_with_a_state(client, event, ours):
    sent, unknown, _waiting = (make_follower(ours.series).member.contact for _ in range(3))
    make_follower(ours.series, pace="digest")
    wave = make_wave(event)
    start_due()
    for person, state in ((sent, "sent"), (unknown, "unknown")):
        handed_over(wave.messages().filter(contact=person), state)
    shown = page(client, wave, "people")
    states = sorted(one["words"] for one in shown.context["people"])
    assert states == ["sent", "unknown", "waiting", "wants only the digest, or a pause"]
    assert 'http-equiv="refresh"' in shown.content.decode()
    assert [one["who"] for one in page(client, wave, "people", state="sent").context["people"]] == [
        sent.name
    ]


def test_the_unknown_are_sent_again_only_by_a_click_after_a_while(client, event, ours):
    make_follower(ours.series)
    wave = make_wave(event)
    start_due()
    handed_over(wave.messages(), "unknown")
    assert page(client, wave, "people").context["again"] == 0
    with time_machine.travel(NOON + timedelta(hours=1)):
        assert "Unknown: 1" in body(page(client, wave, "people"))
        assert "1 message leaves again" in body(click(client, wave, "again", sure="on"))
    assert wave.messages().get().state == "queued"


def test_nothing_asks_who_opened_or_clicked(client, event, ours):
    make_follower(ours.series)
    letter = page(client, event.waves.get(number=1), "preview").context["letter"]
    assert "<img" not in letter.html


def test_ticked_people_get_a_draft_of_their_own(client, event, ours, theirs):
    mine, foreign = ours.series.members.all()[:2], theirs.member
    ticked = [str(member.pk) for member in [*mine, foreign]]
    asked = {"action": "write_to_these", "_selected_action": ticked}
    assert client.post("/admin/meetups/member/", asked).status_code == 200
    client.post("/admin/meetups/member/", asked | {"event": event.pk})
    wave = event.waves.get(audience="ticked")
    assert set(wave.people.all()) == {member.contact for member in mine}
    assert wave.state == "draft"


def test_ticked_guests_of_the_evening_get_it_as_guests(client, event):
    seat = make_registration(event)
    asked = {"action": "write_to_these", "_selected_action": [str(seat.pk)], "event": event.pk}
    client.post("/admin/registrations/registration/", asked)
    wave = event.waves.get(audience="ticked_guests")
    Wave.objects.filter(pk=wave.pk).update(text="Bring a chair.")
    click(client, wave, "send")
    assert start_due() == 1
    assert HeldBack.objects.count() == 0


def test_nobody_writes_about_an_evening_of_others(client, ours, theirs):
    asked = {"action": "write_to_these", "_selected_action": [str(ours.member.pk)]}
    answer = client.post("/admin/meetups/member/", asked | {"event": theirs.event.pk})
    assert answer.status_code == 200
    assert not theirs.event.waves.filter(audience__startswith="ticked").exists()


def test_the_desk_reminds_of_an_invitation_that_nobody_released(client, event, ours):
    ours.event.waves.all().delete()
    make_series()
    assert "is not released" not in body(client.get("/admin/"))
    with time_machine.travel(NOON + timedelta(days=5)):
        client.force_login(ours.user)
        assert "First invitation of Night of queues is to leave on 10 December" in body(
            client.get("/admin/")
        )


@pytest.mark.parametrize("role", ["door", "reviewer"])
def test_helpers_do_not_see_messages(as_role, event, role):
    browser = as_role(role)
    assert line(browser, event).status_code in {403, 404}
    assert page(browser, event.waves.first(), "people").status_code in {403, 404}
