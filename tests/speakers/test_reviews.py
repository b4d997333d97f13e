"""Marks: weighted, one's own first, without names where a call is so; speakers see nothing."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from speakers.models import Review
from tests.admin.pages import change_url, errors_of
from tests.builders import make_call, make_contact, make_event, make_proposal, make_slot
from tests.speakers.admin_pages import BOARD, LIST, browser_of, page, text_of, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call()


@pytest.fixture
def reviewer(call):
    return browser_of(call.series, "reviewer", name="Rita Reviewer")


def marks(call, *values, **fields):
    """Marks for the criteria of the call in their order: discussion, topic, speaker (3, 2, 1)."""
    names = [f"criterion-{criterion.pk}" for criterion in call.criteria.all()]
    return dict(zip(names, values, strict=True)) | {"comment": ""} | fields


def review(browser, proposal, *values, **fields):
    answer = browser.post(page(proposal, "review"), marks(proposal.call, *values, **fields))
    assert answer.status_code == 302, answer.context["form"].errors
    return Review.objects.get(proposal=proposal, user=browser.user)


def test_the_mark_is_the_weighted_mean(call, reviewer):
    # By hand: (3·5 + 2·4 + 1·2) / 6 = 25 / 6 = 4.1666…
    assert review(reviewer, make_proposal(call), 5, 4, 2).mark == Decimal("4.1667")


def test_what_one_has_no_opinion_on_does_not_count(call, reviewer):
    # By hand: (3·5 + 1·2) / 4 = 17 / 4
    assert review(reviewer, make_proposal(call), 5, 0, 2).mark == Decimal("4.25")


def test_the_list_shows_the_mean_of_all_marks(call, reviewer):
    proposal = make_proposal(call)
    review(reviewer, proposal, 5, 4, 2)
    second = browser_of(call.series)
    review(second, proposal, 1, 2, 3)
    # By hand: (3·1 + 2·2 + 1·3) / 6 = 1.67; (4.17 + 1.67) / 2 = 2.92
    assert "2.92 (2)" in text_of(second, LIST)
    assert "2.92" in text_of(second, page(proposal))


def test_a_half_of_a_hundredth_is_rounded_up_everywhere(call, reviewer):
    proposal = make_proposal(call)
    review(reviewer, proposal, 4, 4, 3)
    second = browser_of(call.series)
    review(second, proposal, 4, 3, 3)
    # By hand: 23 / 6 = 3.8333…, 21 / 6 = 3.5, their mean is 3.6666…
    assert "3.67 (2)" in text_of(second, LIST)
    assert "3.67 (2)" in text_of(second, BOARD)
    assert "3.67" in text_of(second, page(proposal))

    for criterion, weight in zip(call.criteria.all(), (7, 1, 1), strict=True):
        criterion.weight = weight
        criterion.save()
    # By hand: (7·4 + 1·5) / 8 = 33 / 8 = 4.125
    assert review(reviewer, make_proposal(call), 4, 5, 0).mark == Decimal("4.125")


def test_marking_again_takes_the_place_of_the_first_marks(call, reviewer):
    proposal = make_proposal(call)
    review(reviewer, proposal, 1, 1, 1, comment="Hm.")
    review(reviewer, proposal, 5, 5, 5, comment="After all!")
    found = proposal.reviews.get()
    assert (found.mark, found.comment, found.scores.count()) == (Decimal("5.00"), "After all!", 3)


@pytest.mark.parametrize("value", ["6", "-1", "x", "1.5"])
def test_other_numbers_are_no_marks(call, reviewer, value):
    proposal = make_proposal(call)
    answer = reviewer.post(page(proposal, "review"), marks(call, value, 3, 3))
    assert errors_of(answer)
    assert not proposal.reviews.exists()


def test_nothing_at_all_is_no_review_but_a_comment_alone_is(call, reviewer):
    proposal = make_proposal(call)
    answer = reviewer.post(page(proposal, "review"), marks(call, 0, 0, 0))
    assert errors_of(answer) == ["Give a mark at least, or a comment."]
    assert review(reviewer, proposal, 0, 0, 0, comment="Seen it elsewhere.").mark is None


def test_after_one_comes_the_next_that_waits_for_her(call, reviewer):
    first, second, third = (make_proposal(call) for _ in range(3))
    make_proposal(call, "accepted")
    review(reviewer, second, 3, 3, 3)

    answer = reviewer.post(page(first, "review"), marks(call, 3, 3, 3, next="1"))
    assert answer.url == page(third, "review")

    answer = reviewer.post(page(third, "review"), marks(call, 3, 3, 3, next="1"))
    assert answer.url == page(third)


def test_others_marks_are_hidden_from_a_reviewer_until_she_gave_hers(call, reviewer):
    proposal = make_proposal(call)
    organizer = browser_of(call.series, name="Olga Organizer")
    review(organizer, proposal, 5, 5, 4, comment="Take it!")
    urls = [BOARD, LIST, page(proposal), page(proposal, "review")]
    for url in urls:
        text = text_of(reviewer, url)
        assert not {"4.83", "Take it!", "Olga"} & {
            w for w in ["4.83", "Take it!", "Olga"] if w in text
        }

    review(reviewer, proposal, 1, 1, 1)

    assert "Take it!" in text_of(reviewer, page(proposal))


def test_no_order_tells_a_reviewer_what_the_marks_are(call, reviewer):
    low, high = make_proposal(call, title="low"), make_proposal(call, title="high")
    organizer = browser_of(call.series)
    review(organizer, low, 1, 1, 1)
    review(organizer, high, 5, 5, 5)
    column = 4  # of the list, counted from 0: title, speakers, format, state, mark

    def order(browser, by):
        return [p.title for p in browser.get(f"{LIST}?o={by}").context["cl"].result_list]

    assert order(organizer, column) != order(organizer, -column)
    assert order(reviewer, column) == order(reviewer, -column)


@pytest.fixture
def blind():
    """A call without names, with a proposal of somebody who is known by name and address."""
    call = make_call(without_names=True)
    contact = make_contact("zebrafish@example.org", "Zebrafish Petrova")
    return make_proposal(call, contact=contact, title="Queues", notes="I am Zebrafish.")


def test_where_a_call_is_without_names_a_reviewer_finds_none(blind):
    reviewer = browser_of(blind.call.series, "reviewer")
    blind.keep_in_reserve()
    speaker = blind.parts.get().speaker
    urls = [BOARD, LIST, page(blind), page(blind, "history"), page(blind, "review")]
    urls += ["/admin/speakers/talk/", "/admin/speakers/speaker/"]
    for url in urls:
        assert "zebrafish" not in text_of(reviewer, url).lower(), url
    for thing in [blind.talk, speaker]:
        assert reviewer.get(change_url(thing)).status_code == 404
    assert titles(reviewer, q="zebrafish") == []
    assert titles(reviewer, q="queues") == ["Queues"]


def test_an_organizer_of_such_a_call_writes_to_people_with_names(blind):
    organizer = browser_of(blind.call.series)
    for url in [BOARD, LIST, page(blind)]:
        assert "Zebrafish Petrova" in text_of(organizer, url), url
    assert titles(organizer, q="zebrafish") == ["Queues"]


def test_the_roles_of_two_series_are_not_mixed(blind):
    """She runs another series, and only reviews in this one."""
    person = browser_of(make_call().series)
    blind.call.series.organizers.create(user=person.user, role="reviewer")
    for url in [BOARD, LIST, page(blind)]:
        assert "zebrafish" not in text_of(person, url).lower(), url
    assert titles(person, q="zebrafish") == []


def test_a_reviewer_sees_no_address_and_no_note_to_organizers(call, reviewer):
    contact = make_contact("zoya@example.org", "Zoya")
    slot = make_slot(make_event(call.series), kind="talk")
    proposal = make_proposal(call, "confirmed", contact=contact, slot=slot, notes="Psst.")
    speaker = proposal.parts.get().speaker
    for url in [BOARD, LIST, page(proposal), "/admin/speakers/speaker/", change_url(speaker)]:
        text = text_of(reviewer, url)
        assert "zoya@example.org" not in text, url
        assert "Psst." not in text, url
    assert "Zoya" in text_of(reviewer, page(proposal))
    answer = reviewer.get("/admin/speakers/speaker/?q=zoya@")
    assert answer.context["cl"].result_count == 0


def test_nobody_marks_a_talk_of_her_own(call, reviewer):
    contact = make_contact(reviewer.user.email.upper())
    own = make_proposal(call, contact=contact)
    assert reviewer.get(page(own, "review")).status_code == 302
    reviewer.post(page(own, "review"), marks(call, 5, 5, 5))
    assert not own.reviews.exists()
    assert titles(reviewer, due="review") == []


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_what_is_settled_is_not_marked(call, reviewer, state):
    proposal = make_proposal(call, state)
    reviewer.post(page(proposal, "review"), marks(call, 5, 5, 5))
    assert not proposal.reviews.exists()


@pytest.mark.parametrize("role", ["door", None])
def test_whoever_is_no_reviewer_of_the_series_finds_no_such_page(call, role):
    proposal = make_proposal(call)
    series = call.series if role else make_call().series
    browser = browser_of(series, role or "reviewer")
    for send in [browser.get, browser.post]:
        assert send(page(proposal, "review")).status_code == 404
    assert not proposal.reviews.exists()


def test_a_reviewer_changes_no_text(call, reviewer):
    proposal = make_proposal(call, title="as it was")
    answer = reviewer.post(page(proposal), {"title": "changed"})
    assert answer.status_code == 403
    proposal.refresh_from_db()
    assert proposal.title == "as it was"


def test_a_text_with_markup_stays_text(call, reviewer):
    proposal = make_proposal(call, title="<b>x</b>", abstract="<script>alert(1)</script> *yes*")
    for url in [BOARD, LIST, page(proposal), page(proposal, "review")]:
        text = text_of(reviewer, url)
        assert "<b>x</b>" not in text, url
        assert "<script>alert" not in text, url
    assert "<em>yes</em>" in text_of(reviewer, page(proposal, "review"))


def test_as_many_queries_for_the_marks_of_one_as_of_twenty(call):
    organizer = browser_of(call.series)
    proposal = make_proposal(call)
    review(organizer, proposal, 3, 3, 3)
    organizer.get(page(proposal))
    with CaptureQueriesContext(connection) as one:
        organizer.get(page(proposal))
    for _ in range(20):
        review(browser_of(call.series, "reviewer"), proposal, 4, 4, 4)
    with CaptureQueriesContext(connection) as all_of_them:
        organizer.get(page(proposal))
    assert len(all_of_them) == len(one)
