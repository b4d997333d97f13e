"""Who helps at an evening: asked, yes, confirmed by both, briefed once (need 99)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from meetups.models import Refused
from meetups.rights import Rights
from outbox.models import Delivery
from people.holdings import erase, everything_of
from planning.briefing import send_briefing, write_words
from planning.crew import ask_by_address, plan_role
from planning.desk import desk_of
from planning.models import Shift, ShiftPlace
from tests.builders import make_contact, make_event, make_member, make_organizer, make_series
from tests.owed import keys, let_go

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def evening():
    """On Thursday at 19:00; it needs two at the door."""
    event = make_event(make_series(), starts="2026-12-10T19:00", title="Evening 61")
    plan_role(event, "check_in", 2, 45)
    return event


@pytest.fixture
def door(evening):
    return Shift.objects.get()


@pytest.fixture
def vera(evening):
    contact = make_contact("vera@example.org", "Vera")
    make_member(evening.series, contact)
    return contact


@pytest.fixture
def organizer(client, evening):
    user = make_organizer(evening.series)
    client.force_login(user)
    return client


def page_of(event):
    return f"/admin/meetups/event/{event.pk}/crew/"


def confirmed(door, contact):
    place = door.ask(contact)
    place.answer(True)
    place.confirm()
    return place


def said(client, place, answer):
    form = {"answer": answer, "about": place.shift.event.about}
    return client.post(place.get_absolute_url(), form)


def steps(event):
    rights = Rights(make_organizer(event.series))
    return [step.sentence for step in desk_of(rights).cards[0].missing]


def test_a_member_is_asked_by_a_letter_with_her_link(organizer, evening, door, vera):
    organizer.post(page_of(evening), {"do": f"ask:{door.pk}", "email": "Vera@example.org"})
    place = ShiftPlace.objects.get()
    letter = Delivery.objects.get().render()
    assert (place.contact, place.state) == (vera, "asked")
    assert letter.subject == "Can you help at “Evening 61”? (check-in)"
    assert f"/help/{place.token}/" in letter.text
    assert "Thursday 10 December, 18:15 (Minsk)" in letter.text


def test_whoever_the_series_does_not_know_is_not_asked(organizer, evening, door):
    make_member(make_series(), make_contact("far@example.org"))
    for email in ("far@example.org", "nobody@example.org", "no address", "\x00", ""):
        page = organizer.post(page_of(evening), {"do": f"ask:{door.pk}", "email": email})
        assert page.status_code == 302
    assert not ShiftPlace.objects.exists()
    assert keys() == []


def test_nobody_is_asked_twice(door, vera):
    door.ask(vera)
    with pytest.raises(Refused):
        door.ask(vera)
    assert len(keys()) == 1


def test_looking_at_the_link_says_nothing_for_her_and_pressing_does(client, door, vera):
    place = door.ask(vera)
    page = client.get(place.get_absolute_url())
    place.refresh_from_db()
    assert (page.status_code, place.state) == (200, "asked")
    assert page["Referrer-Policy"] == "strict-origin"
    assert '<meta name="robots" content="noindex">' in page.content.decode()
    said(client, place, "yes")
    place.refresh_from_db()
    assert place.state == "agreed"
    assert "You said yes" in client.get(place.get_absolute_url()).content.decode()


@pytest.mark.parametrize("answer", ["", "maybe", "\x00"])
def test_what_is_neither_yes_nor_no_changes_nothing(client, door, vera, answer):
    place = door.ask(vera)
    assert said(client, place, answer).status_code == 302
    place.refresh_from_db()
    assert place.state == "asked"


def test_a_place_stands_when_both_sides_have_said_yes(organizer, evening, door, vera):
    place = door.ask(vera)
    organizer.post(page_of(evening), {"do": f"confirm:{place.pk}"})
    place.refresh_from_db()
    assert place.state == "asked"
    place.answer(True)
    organizer.post(page_of(evening), {"do": f"confirm:{place.pk}"})
    place.refresh_from_db()
    assert (place.state, place.confirmed_at) == ("confirmed", NOW)


def test_whoever_cannot_after_all_is_missing_again(client, evening, door, vera):
    place = confirmed(door, vera)
    assert "1 of 2 helpers are missing for Thursday." in steps(evening)
    said(client, place, "no")
    assert "2 of 2 helpers are missing for Thursday." in steps(evening)


def test_after_a_no_she_may_be_asked_again_once(door, vera):
    place = door.ask(vera)
    place.answer(False)
    place.ask_again()
    place.ask_again()
    assert place.state == "asked"
    assert keys() == [f"help:{place.pk}:asked:0", f"help:{place.pk}:asked:2"]


def test_the_desk_speaks_of_helpers_only_where_there_is_a_roster(evening, door, vera):
    bare = make_event(make_series(), starts="2026-12-10T19:00")
    assert not any("helper" in sentence for sentence in steps(bare))
    door.ask(vera).answer(True)
    plan_role(evening, "check_in", 1, 45)
    assert [one for one in steps(evening) if "helper" in one] == [
        "1 helper has said yes and waits for your word."
    ]


def test_the_briefing_says_where_when_and_what_to_do_once(organizer, evening, door, vera):
    confirmed(door, vera)
    plan_role(evening, "gifts", 1, 10)
    confirmed(evening.shifts.get(role="gifts"), vera)
    other = make_contact()
    make_member(evening.series, other)
    door.ask(other).answer(True)  # not confirmed: she is told nothing yet
    form = {"do": "brief", "send": "yes", "words": "Ask for Ada at the blue door."}
    organizer.post(page_of(evening), form)
    organizer.post(page_of(evening), form)
    letter = Delivery.objects.get(template="planning/briefing").render()
    assert "Check-in: please be there at Thursday 10 December, 18:15 (Minsk)." in letter.text
    assert "Gifts: please be there at Thursday 10 December, 18:50 (Minsk)." in letter.text
    assert "Ask for Ada at the blue door." in letter.text


def test_another_text_another_time_or_another_date_is_another_briefing(evening, door, vera):
    confirmed(door, vera)
    told = [send_briefing(evening), send_briefing(evening)]
    write_words(evening, "Bring gloves.")
    told += [send_briefing(evening), send_briefing(evening)]
    plan_role(evening, "check_in", 2, 60)
    told += [send_briefing(evening), send_briefing(evening)]
    assert told == [1, 0, 1, 0, 1, 0]
    # Those that had not left yet are no longer true.
    assert Delivery.objects.filter(template="planning/briefing", state="queued").count() == 1
    evening.move(day=date(2026, 12, 11))
    assert send_briefing(evening) == 0  # her yes was to Thursday


def test_only_keeping_the_text_sends_nothing(organizer, evening, door, vera):
    confirmed(door, vera)
    organizer.post(page_of(evening), {"do": "brief", "words": "Soon more."})
    assert "Soon more." in organizer.get(page_of(evening)).content.decode()
    assert keys(template="planning/briefing") == []


def test_after_a_move_she_is_asked_anew(client, organizer, evening, door, vera):
    place = confirmed(door, vera)
    seen = evening.about
    evening.move(day=date(2026, 12, 11))
    place = ShiftPlace.objects.get()
    assert place.is_stale
    client.post(place.get_absolute_url(), {"answer": "yes", "about": seen})
    assert ShiftPlace.objects.get().is_stale  # she answered a page that showed the old date
    organizer.post(page_of(evening), {"do": f"again:{place.pk}"})
    assert ShiftPlace.objects.get().state == "asked"
    said(client, ShiftPlace.objects.get(), "yes")
    assert "1 helper has said yes and waits for your word." in steps(evening)


def test_about_a_cancelled_evening_nothing_leaves(client, organizer, evening, door, vera):
    place = confirmed(door, vera)
    send_briefing(evening)
    evening.cancel()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}
    other = make_contact()
    make_member(evening.series, other)
    for form in (
        {"do": f"ask:{door.pk}", "email": other.email},
        {"do": f"again:{place.pk}"},
        {"do": "brief", "send": "yes", "words": "Come!"},
    ):
        organizer.post(page_of(evening), form)
    assert not Delivery.objects.filter(state="queued").exists()
    assert "This evening is cancelled" in client.get(place.get_absolute_url()).content.decode()
    assert said(client, place, "no").status_code == 302


def test_nothing_is_asked_after_the_evening(clock, evening, door, vera):
    clock.move_to(datetime(2026, 12, 11, 9, 0, tzinfo=UTC))
    with pytest.raises(Refused):
        ask_by_address(door, vera.email, None)
    with pytest.raises(Refused):
        send_briefing(evening)
    assert keys() == []


def test_whoever_is_taken_off_the_list_gets_no_letter_that_waits(organizer, evening, door, vera):
    place = confirmed(door, vera)
    let_go(key=f"help:{place.pk}:asked:0")
    send_briefing(evening)
    organizer.post(page_of(evening), {"do": f"out:{place.pk}"})
    assert not ShiftPlace.objects.exists()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["cancelled", "sent"]
    assert organizer.get(place.get_absolute_url()).status_code == 404


def test_the_roster_is_written_with_numbers_and_0_takes_a_role_off(organizer, evening, door, vera):
    page = organizer.get(page_of(evening)).context["roles"]
    form = {field.html_name: field.value() for field in page}
    organizer.post(page_of(evening), form | {"do": "roles", "needed-host": 1, "before-host": 20})
    found = evening.shifts.order_by("role").values_list("role", "needed", "minutes_before")
    assert list(found) == [("check_in", 2, 45), ("host", 1, 20)]
    door.ask(vera)
    organizer.post(page_of(evening), form | {"do": "roles", "needed-check_in": 0})
    assert evening.shifts.filter(role="check_in").exists()  # somebody is asked for it
    form |= {"do": "roles", "needed-host": "many"}
    assert organizer.post(page_of(evening), form).status_code == 200


@pytest.mark.parametrize("what", ["", "ask:", "ask:0", "out:²", "confirm:99999999999999", "\x00"])
def test_what_makes_no_sense_changes_nothing(organizer, evening, door, vera, what):
    door.ask(vera)
    answer = organizer.post(page_of(evening), {"do": what, "email": vera.email})
    assert answer.status_code in {302, 404}
    assert ShiftPlace.objects.get().state == "asked"


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_only_organizers_of_the_series_see_and_change_it(client, evening, door, vera, role):
    place = door.ask(vera)
    place.answer(True)
    for user in (make_organizer(evening.series, role), make_organizer(make_series())):
        client.force_login(user)
        assert client.get(page_of(evening)).status_code == 404
        assert client.post(page_of(evening), {"do": f"confirm:{place.pk}"}).status_code == 404
    place.refresh_from_db()
    assert place.state == "agreed"


def test_a_place_of_another_evening_is_not_reached_from_this_one(organizer, evening, door, vera):
    far = make_event(make_series())
    plan_role(far, "host", 1, 30)
    place = Shift.objects.get(event=far).ask(vera)
    for verb in ("confirm", "again", "out"):
        answer = organizer.post(page_of(evening), {"do": f"{verb}:{place.pk}"})
        assert answer.status_code == 404


def test_the_page_takes_the_same_queries_for_many_helpers(
    organizer, evening, door, django_assert_max_num_queries
):
    for role in Shift.Role.values:
        plan_role(evening, role, 3, 30)
        for _each in range(3):
            contact = make_contact()
            make_member(evening.series, contact)
            confirmed(evening.shifts.get(role=role), contact)
    with django_assert_max_num_queries(15):
        assert organizer.get(page_of(evening)).status_code == 200


def test_helping_is_in_her_file_and_goes_with_her(evening, door, vera):
    place = confirmed(door, vera)
    send_briefing(evening)
    assert "places as a helper" in [found.holding.name for found in everything_of(vera)]
    erase(vera)
    assert not ShiftPlace.objects.exists()
    assert not Delivery.objects.filter(state="queued").exists()
    assert reverse("planning:help", args=[place.token])
