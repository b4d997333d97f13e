"""The board and the list of proposals: what stands where, what is due, and nothing of others."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from speakers.models import Offer, Proposal
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_proposal,
    make_series,
    make_slot,
)
from tests.speakers.admin_pages import BOARD, LIST, browser_of, page, text_of, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call()


@pytest.fixture
def client(call):
    return browser_of(call.series)


def columns(browser, url=BOARD):
    """Titles by column, as the board shows them."""
    found = browser.get(url).context["columns"]
    return {c.stage.value: [card.proposal.title for card in c.cards] for c in found}


def test_each_proposal_stands_in_the_column_of_its_state(call, client):
    for state in [
        "submitted",
        "reserve",
        "accepted",
        "confirmed",
        "declined",
        "withdrawn",
        "draft",
    ]:
        make_proposal(call, state, title=state)
    placed = make_proposal(call, "accepted", title="placed")
    placed.place(make_slot(make_event(call.series), kind="talk"))

    assert columns(client) == {
        "submitted": ["submitted"],
        "reserve": ["reserve"],
        "pool": ["accepted"],
        "offered": ["placed"],
        "confirmed": ["confirmed"],
    }
    aside = {stage.value: n for stage, n in client.get(BOARD).context["aside"]}
    assert aside == {"declined": 1, "withdrawn": 1}


def test_what_was_given_is_put_aside(call, client):
    slot = make_slot(make_event(call.series), kind="talk")
    proposal = make_proposal(call, "confirmed", slot=slot)
    event = slot.event
    event.date = timezone.localdate() - timedelta(days=40)
    event.save()

    assert columns(client)["confirmed"] == []
    assert titles(client, stage="given") == [proposal.title]


def test_a_card_says_who_how_long_which_mark_and_what_is_due(call, client):
    contact = make_contact(name="Zoya Petrova")
    late = make_proposal(call, contact=contact, title="Late one")
    Proposal.objects.filter(pk=late.pk).update(answer_by=timezone.localdate() - timedelta(days=2))
    late.reviews.create(user=client.user, mark="4.33")

    card = client.get(BOARD).context["columns"][0].cards[0]

    assert card.speakers == "Zoya Petrova"
    assert card.marks == "4.33 (1)"
    assert [(chip.look, bool(chip.icon)) for chip in card.chips] == [("pill-bad", True)]
    assert "20 min" in text_of(client, BOARD)


def test_a_decision_nobody_told_shows_on_its_card_and_leads_to_the_telling(call, client):
    proposal = make_proposal(call)
    assert f"/admin/speakers/call/{call.pk}/tell/" not in text_of(client, BOARD)
    proposal.accept()

    text = text_of(client, BOARD)

    assert "not told yet" in text
    assert f"/admin/speakers/call/{call.pk}/tell/" in text


def test_a_column_shows_twenty_cards_and_the_way_to_all(call, client):
    many(call, 20 * 4 + 12)

    column = client.get(BOARD).context["columns"][0]

    assert (len(column.cards), column.total) == (20, 23)
    assert f'{LIST}?stage=submitted">All 23' in text_of(client, BOARD)
    assert len(titles(client, stage="submitted")) == 23


def many(call, number):
    """Rows as they are after years: quick, so without the verbs."""
    states = ["submitted", "reserve", "accepted", "declined"]
    now = timezone.now()
    Proposal.objects.bulk_create(
        Proposal(
            call=call, title=f"Talk {n}", state=states[n % 4], told_state="submitted",
            submitted_at=now - timedelta(hours=n), answer_by=now.date(), draft_hash=f"old-{n}",
        )
        for n in range(number)
    )  # fmt: skip


@pytest.mark.parametrize("url", [BOARD, LIST, f"{LIST}?due=review", f"{LIST}?q=a&due=told"])
def test_as_many_queries_for_one_proposal_as_for_many(call, client, url):
    make_proposal(call, title="a")
    make_proposal(call, title="a, decided").accept()
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    many(call, 60)
    for n in range(3):
        make_proposal(call, title=f"a {n}").keep_in_reserve()
    with CaptureQueriesContext(connection) as all_of_them:
        client.get(url)
    assert len(all_of_them) == len(one)


def test_series_are_told_apart_for_those_who_have_several(call, client):
    other = make_call()
    other.series.organizers.create(user=client.user, role="organizer")
    mine, theirs = make_proposal(call, title="here"), make_proposal(other, title="there")

    assert sorted(columns(client)["submitted"]) == ["here", "there"]
    assert columns(client, f"{BOARD}?series={other.series.pk}")["submitted"] == [theirs.title]
    assert columns(client, f"{BOARD}?series={call.series.pk}")["submitted"] == [mine.title]


def test_of_another_series_nothing_is_on_the_board(call, client):
    make_proposal(title="zebrafish")
    assert "zebrafish" not in text_of(client, BOARD)
    assert client.get(f"{BOARD}?series={make_series().pk}").status_code == 404


def test_an_empty_board_says_where_proposals_come_from(client):
    assert "No proposals yet." in text_of(client, BOARD)


def test_a_series_without_a_call_is_told_how_to_open_one(call, client):
    other = make_series(name="Gomel Python")
    other.organizers.create(user=client.user, role="organizer")

    text = text_of(client, BOARD)

    assert "Nobody can propose a talk to Gomel Python yet" in text
    assert f"/admin/speakers/call/add/?series={other.pk}" in text
    assert text.count("Open a call") == 1


def test_a_draft_is_nowhere(call, client):
    draft = make_proposal(call, "draft", title="half a thought")
    for url in [BOARD, LIST, f"{LIST}?q=thought"]:
        assert "half a thought" not in text_of(client, url)
    assert client.get(page(draft)).status_code == 404


def test_filters_find_what_is_due(call, client):
    make_proposal(call, title="quiet")
    untold = make_proposal(call, title="untold")
    untold.accept()
    late = make_proposal(call, title="late")
    Proposal.objects.filter(pk=late.pk).update(answer_by=timezone.localdate() - timedelta(days=2))
    slot = make_slot(make_event(call.series), kind="talk")
    make_proposal(call, "accepted", slot=slot, title="unconfirmed")
    seen = make_proposal(call, title="seen")
    seen.reviews.create(user=client.user)

    assert titles(client, due="told") == ["untold"]
    assert titles(client, due="answer") == ["late"]
    assert titles(client, due="evening") == ["unconfirmed"]
    assert titles(client, due="review") == ["late", "quiet"]
    assert "▲ overdue" in text_of(client, LIST)


def test_search_finds_titles_texts_and_speakers_in_any_script(call, client):
    make_proposal(call, title="Очереди без боли", contact=make_contact(name="Зоя Петрова"))
    make_proposal(call, title="Queues", abstract="Sans douleur, à Montréal")

    assert titles(client, q="очереди") == ["Очереди без боли"]
    assert titles(client, q="зоя") == ["Очереди без боли"]
    assert titles(client, q="montréal") == ["Queues"]
    assert titles(client, q="nobody") == []


def test_empty_places_of_coming_evenings_stand_above_the_board(call, client):
    event = make_event(call.series, title="Evening of queues")
    slot = make_slot(event, kind="talk")
    taken = make_proposal(call, "confirmed")

    text = text_of(client, BOARD)

    assert f"/admin/speakers/offer/ask/{slot.pk}/" in text
    assert f"/admin/speakers/offer/ask/{taken.slot.pk}/" not in text


def test_the_reserves_are_asked_from_the_free_place(call, client):
    slot = make_slot(make_event(call.series), kind="talk")
    first = make_proposal(call, "reserve", title="first", notice_days=2)
    make_proposal(call, "reserve", title="never in time", notice_days=300)
    url = f"/admin/speakers/offer/ask/{slot.pk}/"
    text = text_of(client, url)
    assert ("first" in text, "never in time" in text) == (True, False)

    assert client.post(url).status_code == 302

    offer = Offer.objects.get()
    assert (offer.proposal, offer.state, offer.by) == (first, "asked", client.user)
    assert "is asked until" in text_of(client, BOARD)


def test_a_place_that_was_taken_meanwhile_is_not_offered(call, client):
    slot = make_slot(make_event(call.series), kind="talk")
    make_proposal(call, "reserve")
    make_proposal(call, "confirmed", slot=slot)

    answer = client.post(f"/admin/speakers/offer/ask/{slot.pk}/")

    assert "This place in the agenda is taken." in answer.content.decode()
    assert not Offer.objects.exists()


def test_a_reserve_who_answers_by_phone_is_noted_by_the_organizer(call, client):
    slot = make_slot(make_event(call.series), kind="talk")
    reserve = make_proposal(call, "reserve")
    Offer.objects.offer(slot)

    client.post(f"/admin/speakers/offer/{reserve.offers.get().pk}/yes/")

    reserve.refresh_from_db()
    assert (reserve.state, reserve.event) == ("confirmed", slot.event)


def test_a_place_of_another_series_is_not_there(client):
    slot = make_slot(make_event(), kind="talk")
    for answer in [client.get, client.post]:
        assert answer(f"/admin/speakers/offer/ask/{slot.pk}/").status_code == 404
