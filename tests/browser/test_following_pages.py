"""The pages of following and of hearing less, looked at with care, and walked through."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from mailings.models import Rest
from meetups.models import Subscription, Wish
from people.tokens import unsubscribe_token
from tests.browser.looking import faults
from tests.browser.reading_mail import mail_to
from tests.builders import make_contact, make_follower, make_line, make_series

pytestmark = pytest.mark.browser


def wish(series, **fields):
    return Wish.objects.note(series, "w@example.org", source="form", text_version="1", **fields)


def page_of(contact, series, more=""):
    return f"/u/{unsubscribe_token(contact.pk, series.realm)}/{more}"


PAGES = {
    "form": lambda here: "/follow/evenings/?line=web",
    "form of a series without lines": lambda here: "/follow/quiet/",
    "look into your mail": lambda here: "/follow/evenings/next/",
    "forged link": lambda here: "/u/forged/",
    "question": lambda here: page_of(here.reader, here.series, "annoyed/"),
    "less": lambda here: page_of(here.reader, here.series),
    "less, long names": lambda here: page_of(here.reader, here.wide),
    "nothing left": lambda here: page_of(here.gone, here.series),
    "click": lambda here: f"/follow/confirm/{here.wish.token}/",
    "click, late": lambda here: f"/follow/confirm/{here.late.token}/",
    "click, done": lambda here: f"/follow/confirm/{here.done.token}/",
    "click, ended since": lambda here: f"/follow/confirm/{here.left.token}/",
}


@pytest.fixture(scope="module")
def readers(community, django_db_blocker):
    """The community with people who follow, and wishes in every state."""
    here = community
    with django_db_blocker.unblock():
        here.series.digest_day = 1
        here.series.save()
        here.reader = make_follower(here.series).member.contact
        make_follower(here.wide, here.reader)
        make_line(here.wide, "long", here.wide.name[:100])
        here.gone = make_follower(here.series, withdrawn_at=timezone.now()).member.contact
        here.wish = wish(here.series, pace="digest")
        here.wish.lines.set(here.series.lines.all())
        here.late = wish(here.series, given_at=timezone.now() - timedelta(days=8))
        here.left = wish(here.series, confirmed_at=timezone.now())
        here.done = wish(here.other)
        here.done.confirm()
        Rest.objects.begin(here.series, None, "sms", 12, 6)
    return here


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well(readers, passer_by, name):
    passer_by.goto(PAGES[name](readers))
    assert faults(passer_by) == []


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["lines", "channel", "language"])
def test_a_form_that_asks_again_is_well(readers, passer_by, form):
    passer_by.goto(page_of(readers.reader, readers.series))
    if form == "language":
        passer_by.get_by_label("Your time zone").fill("Moon")
    if form == "channel":
        passer_by.get_by_label("phone call").check()
    passer_by.locator(f"button[value={form}]").click()
    assert passer_by.get_by_role("alert").is_visible()
    assert faults(passer_by) == []


@pytest.mark.django_db
def test_what_rests_is_well_on_the_desk(readers, desk):
    desk.goto("/admin/")
    desk.get_by_role("link", name="Have a look").click()
    desk.get_by_role("link", name="Lift the rest").click()
    assert faults(desk) == []


def test_a_guest_follows_and_changes_her_mind(guest, people):
    series = make_series("minsk", name="Minsk Python")
    make_line(series, "web", "Web")
    guest.goto("/series/minsk/")
    guest.get_by_role("link", name="Tell me about the next evenings").click()
    guest.get_by_label("Your e-mail address").fill("newcomer@example.org")
    guest.get_by_role("checkbox", name="Web").check()
    guest.get_by_role("button", name="Send me the mail to confirm").click()
    assert guest.get_by_role("heading", name="Look into your mail").is_visible()
    letter = mail_to("newcomer@example.org").text
    guest.goto(re.search(r"http\S+/follow/confirm/\S+", letter)[0])
    guest.get_by_role("button", name="Yes, tell me").click()
    assert guest.get_by_role("heading", name="It is done").is_visible()
    following = Subscription.objects.filter(member__series=series)
    assert str(following.confirmed().get().line) == "Web"
    contact = following.get().member.contact
    guest.goto(page_of(contact, series))
    guest.get_by_role("button", name="Nothing from Minsk Python any more").click()
    assert not following.confirmed().exists()
    guest.get_by_role("button", name="Take it back").click()
    assert following.confirmed().exists()
    guest.get_by_role("button", name="Pause for three months").click()
    assert not following.awake().exists()


def test_somebody_without_scripts_and_cookies_answers_the_question(guest):
    contact = make_contact()
    series = make_series()
    guest.context.clear_cookies()
    guest.goto(page_of(contact, series, "annoyed/"))
    guest.get_by_role("button", name="Yes").click()
    assert guest.get_by_role("heading", name="Thank you").is_visible()
    assert [opinion.annoyed for opinion in contact.opinions.all()] == [True]
