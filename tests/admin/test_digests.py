"""The page on which a month's digest is read before it leaves, and followed (need 85, O9)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from mailings.digests import advance_digests
from mailings.models import Digest
from outbox.models import Delivery
from tests.admin.pages import save
from tests.builders import make_contact, make_event, make_follower, make_line, make_talk
from tests.owed import let_go

DUE = datetime(2027, 1, 1, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DUE - timedelta(hours=1), tick=False) as clock:
        yield clock


@pytest.fixture
def digest(clock, ours):
    """January's, with somebody to read it."""
    series = ours.series
    type(series).objects.filter(pk=series.pk).update(digest_day=1)
    make_follower(series, make_contact("ada@x.org", "Ada"))
    make_follower(series, make_contact("bob@x.org", "Bob"), confirmed_at=None)
    make_event(series, title="Night of queues", starts="2027-01-14T19:00")
    advance_digests()
    return Digest.objects.get(series=series, period="2027-01")


def page(client, digest, name="change", **asked):
    answer = client.get(f"/admin/mailings/digest/{digest.pk}/{name}/", asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def click(client, digest, verb):
    """The button of the verb, and yes."""
    answer = client.post(f"/admin/mailings/digest/{digest.pk}/{verb}/", follow=True)
    digest.refresh_from_db()
    return " ".join(answer.content.decode().split())


def test_she_sees_whom_it_would_reach_and_why_others_not(client, digest):
    said = page(client, digest)
    assert "Friday 1 January, 10:00 (Minsk)" in said
    assert "<strong>1</strong> by e-mail" in said
    assert "no consent: 1" in said


def test_she_reads_it_as_each_kind_of_reader_in_each_language(client, ours, digest):
    line = make_line(ours.series, name="Web")
    past = make_event(ours.series, starts="2026-12-10T19:00", line=ours.line)
    make_talk(past, "Engines", ["Olga"], video_url="https://v.example.org/1")
    everything = page(client, digest, "preview")
    assert "Night of queues" in everything
    assert "https://v.example.org/1" in everything
    assert "https://v.example.org/1" not in page(client, digest, "preview", **{"as": line.pk})
    for language in ("en", "ru", "zh-hans"):
        assert "Night of queues" in page(client, digest, "letter", **{"in": language})


def test_a_line_that_is_not_hers_is_not_found(client, theirs, digest):
    answer = client.get(f"/admin/mailings/digest/{digest.pk}/preview/", {"as": theirs.line.pk})
    assert answer.status_code == 404


def test_a_line_of_her_own_stands_in_it(client, clock, digest):
    save(client, f"/admin/mailings/digest/{digest.pk}/change/", words="A new room!")
    clock.move_to(DUE)
    advance_digests()
    letter = Delivery.objects.get(template="mailings/digest")
    assert "A new room!" in letter.render().text
    let_go()
    said = page(client, digest)
    assert "sent: 1" in said
    assert "1 of 1" in said


def test_who_got_none_stands_there_with_the_reason(client, clock, digest):
    clock.move_to(DUE)
    advance_digests()
    said = page(client, digest, "held", reason="no consent")
    assert "Bob" in said
    assert "Ada" not in said


def test_she_stops_it_lets_it_go_and_leaves_a_month_out(client, clock, digest):
    assert "It is paused." in click(client, digest, "pause")
    clock.move_to(DUE)
    assert advance_digests() == 0
    assert "It goes on." in click(client, digest, "resume")
    assert "There is no digest this month." in click(client, digest, "leave-out")
    assert digest.state == "cancelled"


def test_she_sends_it_earlier(client, clock, digest):
    clock.shift(1)
    assert "1 person gets it" in page(client, digest, "send")
    click(client, digest, "send")
    assert advance_digests() == 1


def test_a_copy_to_herself_counts_nowhere(client, ours, digest):
    assert "A copy is on its way" in click(client, digest, "trial")
    copy = Delivery.objects.get(template="mailings/trial")
    assert (copy.address, copy.message_class) == (ours.user.email, "transactional")
    assert copy.render().subject.startswith("Only to you:")
    assert "Night of queues" in copy.render().text
    assert digest.planned == 0


def test_the_list_of_digests_opens(client, digest):
    answer = client.get("/admin/mailings/digest/")
    assert "January 2027" in answer.content.decode()
