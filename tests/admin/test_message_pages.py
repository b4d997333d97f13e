"""What one sees on the pages of a message: numbers lead to people, refusals are sentences."""

import pytest
import time_machine

from mailings.models import Digest, Rest, Wave
from meetups.models import Event
from tests.admin.pages import change_url
from tests.builders import make_contact, make_event, make_follower

NOON = "2026-12-01T12:00:00+03:00"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON):
        yield


def body(answer):
    return " ".join(answer.content.decode().split())


def test_sent_now_too_early_is_refused_in_words(client, ours):
    event = make_event(ours.series, starts="2026-12-31T19:00")
    wave = event.waves.get(number=2)

    answer = client.post(f"/admin/mailings/wave/{wave.pk}/send/")

    assert "Not earlier than 21 days before, 10 December 2026" in body(answer)
    wave.refresh_from_db()
    assert wave.state == Wave.State.DRAFT


def test_the_number_of_a_channel_leads_to_its_people(client, ours, settings):
    settings.SMS_PROVIDER = "twilio"
    event = make_event(ours.series, starts="2026-12-31T19:00")
    texted = {"channel": "sms", "phone": "+375291234567"}
    make_follower(ours.series, make_contact("mail@example.org"))
    make_follower(ours.series, make_contact("text@example.org", **texted), channel="sms")
    people = f"/admin/mailings/wave/{event.waves.get(number=1).pk}/people/"

    page = body(client.get(people))
    assert "?state=reached&amp;via=email" in page
    assert "?state=reached&amp;via=sms" in page

    texted = body(client.get(people, {"state": "reached", "via": "sms"}))
    assert "+375291234567" in texted
    assert "mail@example.org" not in texted


def test_what_is_over_has_no_button_to_save(client, ours):
    digest = Digest.objects.create(series=ours.series, period="2026-10", state="cancelled")
    assert 'name="_save"' in body(client.get(change_url(digest)))
    Digest.objects.filter(pk=digest.pk).update(closed_at="2026-10-03T10:00Z")
    assert 'name="_save"' not in body(client.get(change_url(digest)))


def test_a_draft_evening_is_deleted_with_the_messages_planned_for_it(client, ours):
    draft = make_event(ours.series, status="draft")
    wave = draft.waves.get(number=1)
    url = change_url(draft).replace("change", "delete")

    assert client.get(change_url(wave).replace("change", "delete")).status_code == 403
    assert client.post(url, {"post": "yes"}).status_code == 302

    assert not Event.objects.filter(pk=draft.pk).exists()


def test_channels_that_rest_are_found_by_the_name_of_their_line(client, ours):
    found = client.get("/admin/mailings/rest/", {"q": ours.line.name}).context["cl"]
    assert list(found.queryset) == [Rest.objects.get()]


def test_a_preview_offers_a_reader_of_each_language(client, ours):
    event = make_event(ours.series, starts="2026-12-31T19:00")
    for number in range(40):
        make_follower(ours.series, make_contact(name=f"Anna {number}"))
    last = make_follower(ours.series, make_contact(name="Zhang Wei", language="zh-hans"))
    page = f"/admin/mailings/wave/{event.waves.get(number=1).pk}/preview/"

    assert "Zhang Wei · 简体中文" in body(client.get(page))
    assert "你好" in body(client.get(page, {"person": last.member.contact_id}))


@pytest.mark.parametrize("verb", ["send", "release"])
def test_nobody_is_thanked_before_the_evening_is_over(client, ours, verb):
    event = make_event(ours.series, starts="2026-12-10T19:00")
    thanks = event.waves.get(purpose="thanks")
    thanks.days_before = 0 if verb == "release" else thanks.days_before
    thanks.save()

    answer = client.post(f"/admin/mailings/wave/{thanks.pk}/{verb}/")

    assert "The evening is not over then" in body(answer)
    thanks.refresh_from_db()
    assert thanks.state == Wave.State.DRAFT


def test_a_recap_of_nothing_is_spoken_of_only_once_there_could_be_something(client, ours):
    event = make_event(ours.series, starts="2026-12-10T19:00")
    line = f"/admin/meetups/event/{event.pk}/messages/"
    assert "Nothing remains of the evening" not in body(client.get(line))
    Event.objects.filter(pk=event.pk).update(
        starts_at="2026-11-30T16:00Z", ends_at="2026-11-30T18:00Z", date="2026-11-30"
    )
    assert "Nothing remains of the evening" in body(client.get(line))
