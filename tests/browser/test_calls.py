"""The call list and the pages of the reminders, as seen on a phone and on a desk."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mailings.calling import note_call
from mailings.models import Reminder, ReminderPlan
from tests.browser.community import LONG
from tests.browser.looking import faults
from tests.browser.people import session_of
from tests.builders import make_contact, make_event, make_organizer, make_registration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event():
    return make_event(starts_in=timedelta(hours=5), title="Evening about tests", capacity=6)


@pytest.fixture
def owner(event):
    return make_organizer(event.series, name="Olga Owner")


@pytest.fixture
def page(people, owner):
    return people.open(session=session_of(owner))


def guest(event, name, phone="+375 29 111-22-33", **fields):
    return make_registration(event, contact=make_contact("", name, phone=phone, **fields))


def test_a_call_is_noted_with_one_press_without_script(people, event, owner):
    guest(event, "Ada")
    guest(event, "Bob")
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    page = people.open(session=session_of(owner), **phone)
    page.goto(reverse("admin:mailings_calls", args=[event.pk]))
    page.get_by_role("button", name="Comes").first.click()
    assert "Noted: Ada comes." in page.get_by_role("status").inner_text()
    assert page.locator(".call h2").all_inner_texts() == ["Bob", "Ada"]


def test_the_call_list_is_well(page, event, owner):
    for name in ("Ada", "Bob", LONG[:80]):
        guest(event, name)
    voice = guest(event, "Zoe", channel="voice")
    note_call(event, voice.contact, "no_answer", owner, 0, note="rings, nobody there")
    note_call(event, event.registrations.first().contact, "comes", owner, 0)
    page.goto(reverse("admin:mailings_calls", args=[event.pk]))
    assert faults(page) == []


@pytest.mark.parametrize("kind", ["eve", "half_day"])
def test_the_page_of_a_reminder_is_well(page, event, kind):
    guest(event, "Ada")
    Reminder.objects.plan_due()
    ReminderPlan.objects.of(event, "half_day").turn("paused")
    page.goto(reverse("admin:mailings_reminder_plan", args=[event.pk, kind]))
    assert faults(page) == []
