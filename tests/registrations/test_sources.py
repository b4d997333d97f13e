"""A partner's link from the click to the chair: opened, registered, came (needs 55, O28)."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from meetups.models import Partner, PromoLink, Series
from meetups.pages import asked_shelf, shelf
from registrations.attendance.sources import sources_of
from tests.builders import (
    make_contact,
    make_event,
    make_organizer,
    make_registration,
    make_series,
    make_talk,
    make_venue,
)

pytestmark = pytest.mark.django_db

PAST = timedelta(days=-20)


def make_link(series: Series, name: str = "PyCon stage", event=None, **fields) -> PromoLink:
    partner, _created = Partner.objects.get_or_create(series=series, name=name)
    return PromoLink.objects.create(partner=partner, event=event, **fields)


@pytest.fixture
def series():
    return make_series("minsk")


@pytest.fixture
def desk(series):
    browser = Client()
    browser.force_login(make_organizer(series))
    return browser


# The link itself


def test_a_link_leads_to_its_evening_with_its_code(series):
    link = make_link(series, event=make_event(series, slug="mp-61"))
    answer = Client().get(f"/go/{link.code}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/events/mp-61/?from={link.code}")
    assert answer["Cache-Control"].count("no-store") == 1
    assert not answer.cookies


def test_a_link_typed_in_capitals_is_the_same_link(series):
    link = make_link(series, event=make_event(series, slug="mp-61"))
    assert Client().get(f"/go/{link.code.upper()}/").status_code == 302


def test_a_link_without_an_evening_leads_to_the_next_one_whichever_it_is(series):
    link = make_link(series)
    make_event(series, starts_in=PAST)
    make_event(series, slug="draft", starts_in=timedelta(days=1), status="draft")
    make_event(series, slug="off", starts_in=timedelta(days=2), status="cancelled")
    make_event(series, slug="later", starts_in=timedelta(days=50))
    soon = make_event(series, slug="soon", starts_in=timedelta(days=9))
    assert f"/events/soon/?from={link.code}" == Client().get(f"/go/{link.code}/")["Location"]
    soon.cancel()
    assert f"/events/later/?from={link.code}" == Client().get(f"/go/{link.code}/")["Location"]


@pytest.mark.parametrize("own", [False, True])
def test_without_an_evening_to_show_a_link_leads_to_the_series(series, own):
    draft = make_event(series, status="draft") if own else None
    link = make_link(series, event=draft)
    assert Client().get(f"/go/{link.code}/")["Location"] == "/series/minsk/"


@pytest.mark.parametrize("code", ["zzzzzzz", "0", "a" * 12])
def test_a_code_that_nobody_made_is_not_there(code):
    assert Client().get(f"/go/{code}/").status_code == 404


def test_opening_is_counted_and_nothing_else_is_kept(series, django_assert_num_queries):
    link = make_link(series, event=make_event(series))
    browser = Client()
    with django_assert_num_queries(2):
        browser.get(f"/go/{link.code}/")
    browser.get(f"/go/{link.code}/")
    browser.head(f"/go/{link.code}/")
    browser.get(f"/go/{link.code}/", headers={"Sec-Purpose": "prefetch;prerender"})
    browser.get(f"/go/{link.code}/", headers={"Purpose": "prefetch"})
    assert browser.post(f"/go/{link.code}/").status_code == 405
    link.refresh_from_db()
    assert link.opened == 2


def test_strangers_words_fill_no_place_of_what_everybody_reads(series):
    make_event(series, slug="mp-61")
    Client().get("/events/mp-61/")
    ours, asked = len(shelf.pages), len(asked_shelf.pages)
    for word in ["a b", "x" * 41, "<script>", "ж", "", "%00"]:
        page = Client().get("/events/mp-61/", {"from": word})
        assert b"from=" not in page.content
    for n in range(60):
        Client().get("/events/mp-61/", {"from": f"word-{n}"})
    assert len(shelf.pages) == ours
    assert len(asked_shelf.pages) <= max(50, asked)


# What came of it


def held(series, days, **fields):
    return make_event(series, starts_in=timedelta(days=-days), **fields)


def figures(series, event=None):
    return {
        s.name: (s.opened, len(s.registered), len(s.came), s.rate, len(s.new))
        for s in sources_of(series, event)
    }


def test_the_report_says_opened_registered_came_rate_and_who_was_new(series):
    first, second, coming = held(series, 60), held(series, 30), make_event(series)
    stage = make_link(series, "Stage", second, opened=40)
    helper = make_link(series, "Ada", opened=5)
    old = make_contact()
    make_registration(first, contact=old, came=True, source="organizer")
    make_registration(second, contact=old, came=True, link=stage)
    make_registration(second, came=True, link=stage)
    make_registration(second, came=False, link=stage)
    make_registration(second, "cancelled", link=stage)
    make_registration(coming, link=helper)
    make_registration(second, came=True, source="walk-in")
    make_registration(second, source="newspaper")

    assert figures(series) == {
        "Ada": (5, 1, 0, None, 0),
        "Stage": (40, 3, 2, 67, 1),
        "Added by us": (None, 1, 1, 100, 1),
        "Came without a seat": (None, 1, 1, 100, 1),
        "newspaper": (None, 1, 0, 0, 0),
    }
    assert figures(series, first)["Added by us"] == (None, 1, 1, 100, 1)
    assert figures(series, second)["Stage"] == (40, 3, 2, 67, 1)
    # Opened for whichever was next: no number of this evening.
    assert figures(series, coming)["Ada"] == (0, 1, 0, None, 0)


def test_the_report_asks_a_fixed_number_of_queries(series, django_assert_num_queries):
    for n in range(4):
        event = held(series, 10 + n)
        make_registration(event, came=True, link=make_link(series, f"partner {n}", event))
        make_registration(event, came=True, source=f"way {n}")
        with django_assert_num_queries(5):
            sources_of(series)


# For organizers


def test_one_click_makes_a_link_and_a_second_one_the_same(series, desk):
    partner = Partner.objects.create(series=series, name="Ada")
    event = make_event(series, title="Types")
    answer = desk.post(
        f"/admin/meetups/partner/{partner.pk}/link/", {"event": event.pk}, follow=True
    )
    link = partner.links.get()
    assert link.event == event
    assert link.public_url in answer.content.decode()
    desk.post(f"/admin/meetups/partner/{partner.pk}/link/", {"event": event.pk})
    desk.post(f"/admin/meetups/partner/{partner.pk}/link/", {"event": ""})
    assert [found.event for found in partner.links.order_by("pk")] == [event, None]


def test_no_link_leads_to_another_series(series, desk):
    partner = Partner.objects.create(series=series, name="Ada")
    desk.post(f"/admin/meetups/partner/{partner.pk}/link/", {"event": make_event().pk})
    assert not partner.links.exists()


def test_a_code_holds_the_address_as_svg_and_as_png(series, desk):
    link = make_link(series)
    page = f"/admin/meetups/partner/{link.partner_id}/codes/{link.pk}"
    drawn = desk.get(f"{page}.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(drawn.content).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314
    assert desk.get(f"{page}.png").content.startswith(b"\x89PNG")
    other = make_link(make_series(), "Other")
    for url in [f"{page}.exe", f"/admin/meetups/partner/{other.partner_id}/codes/{other.pk}.svg"]:
        assert desk.get(url).status_code == 404


def test_a_source_with_a_link_is_not_deleted(series, desk):
    link = make_link(series)
    page = f"/admin/meetups/partner/{link.partner_id}/delete/"
    assert desk.get(page).status_code == 403
    link.delete()
    desk.post(page, {"post": "yes"})
    assert not Partner.objects.exists()


def test_pages_of_sources_show_every_way_with_its_numbers(series, desk):
    event = make_event(series, title="Types")
    make_registration(event, link=make_link(series, "Stage", event, opened=41))
    for url in [f"series/{series.pk}/sources", f"event/{event.pk}/sources"]:
        said = " ".join(desk.get(f"/admin/meetups/{url}/").content.decode().split())
        assert "Stage" in said
        assert '<span class="cell-word">opened</span> 41' in said
        assert '<span class="cell-word">registered</span> 1' in said


@pytest.mark.parametrize("page", ["sources", "announcement"])
@pytest.mark.parametrize("role", ["door", "reviewer"])
def test_who_helps_otherwise_sees_no_sources(series, role, page):
    event = make_event(series)
    helper = Client()
    helper.force_login(make_organizer(series, role=role))
    assert helper.get(f"/admin/meetups/event/{event.pk}/{page}/").status_code == 404


def test_the_text_to_announce_says_what_when_where_who_and_the_link_of_choice(series, desk):
    venue = make_venue(name="Loft", address="Main Street 1")
    event = make_event(
        series, starts="2126-12-10T19:00", title="Types & queues", venue=venue, slug="mp-61"
    )
    make_talk(event, "Typing <fast>", ["Ada Lovelace", "Alan Turing"])
    make_talk(event, "Hidden", ["Nobody"], agreed_at=None)
    link = make_link(series, event=event)
    page = f"/admin/meetups/event/{event.pk}/announcement/"
    plain, theirs = (desk.get(url).context["text"] for url in [page, f"{page}?link={link.pk}"])
    assert plain.splitlines() == [
        f"{series.name}: Types & queues",
        "",
        "Tuesday 10 December 2126, 19:00 (Minsk)",
        "Loft, Main Street 1",
        "",
        "• Typing <fast> – Ada Lovelace, Alan Turing",
        "",
        f"Free; keep yourself a seat: {event.public_url}",
    ]
    assert theirs.splitlines()[-1] == f"Free; keep yourself a seat: {link.public_url}"


def test_from_the_link_to_the_seat_the_partner_is_known(series):
    event = make_event(series, slug="mp-61")
    link = make_link(series, event=event)
    guest = Client()
    page = guest.get(f"/go/{link.code}/", follow=True).content.decode()
    form = f"/events/mp-61/register/?from={link.code}"
    assert f'href="{form}"' in page
    guest.post(form, {"name": "Ada", "email": "ada@example.org"})
    assert event.registrations.get().link == link
    assert figures(series)["PyCon stage"] == (1, 1, 0, None, 0)
