"""What strangers see of a talk: nothing before its speaker agreed, then only what she allowed."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import meetups.urls
import registrations.urls
import speakers.urls
from meetups.models import Event
from speakers.models import Consent, Talk
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_series,
    make_slot,
    make_talk,
)

pytestmark = pytest.mark.django_db

URLS = {
    "meetups": meetups.urls.urlpatterns,
    "registrations": registrations.urls.urlpatterns,
    "speakers": speakers.urls.urlpatterns,
}
# What a stranger must not read; the other half of the title is what she searches for.
SECRETS = ("zyzzyva", "xanthippe", "canary@example.org", "kinkajou", "numbat")


@pytest.fixture
def event():
    return make_event(make_series("minsk"), slug="mp-61", title="Evening 61")


@pytest.fixture
def proposed(event):
    """A proposal to the evening's series whose every text is a canary."""
    contact = make_contact("canary@example.org", "Xanthippe")
    call = make_call(event.series)

    def proposed(state, **fields):
        texts = {"title": "Zyzzyva quokka", "abstract": "Kinkajou", "notes": "Numbat"}
        proposal = make_proposal(call, state, contact, **texts | fields)
        proposal.parts.get().speaker.photo.save("x.jpg", ContentFile(b"jpeg"))
        return proposal

    return proposed


def flat(patterns):
    """The addresses themselves, also those that an app keeps in a file of their own."""
    for pattern in patterns:
        yield from flat(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def public_paths(event, *slugs):
    """Every address of the site that needs no secret, for these short names, and some searches."""
    paths = [f"/series/{event.series.slug}/archive/?q={word}" for word in ("quokka", "evening")]
    for app, patterns in URLS.items():
        for pattern in flat(patterns):
            names = set(pattern.pattern.regex.groupindex)
            if not names:
                paths.append(reverse(f"{app}:{pattern.name}"))
            elif names in ({"slug"}, {"series"}):
                found = [event.series.slug, event.slug, *slugs]
                paths += [reverse(f"{app}:{pattern.name}", args=[slug]) for slug in found]
    return paths


def seen(event):
    """What strangers read on all of them, without the addresses that they asked for."""
    slugs = Talk.objects.values_list("slug", flat=True)
    found = {}
    for path in public_paths(event, *slugs):
        answer = Client().get(path)
        text = answer.getvalue().decode(errors="replace").lower()
        found[path] = (answer.status_code, text.replace(path.lower(), ""))
    return found


def leaks(event):
    return [
        (path, secret)
        for path, (_status, text) in seen(event).items()
        for secret in SECRETS
        if secret in text
    ]


def photo_of(proposal):
    speaker = proposal.parts.get().speaker
    answer = Client().get(f"/speakers/{speaker.pk}.jpg")
    answer.getvalue()  # to its end: that closes the file
    return answer.status_code


def allow(proposal, visibility, licence=""):
    proposal.consent(proposal.parts.get(), visibility, licence)


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "accepted", "reserve", "declined", "withdrawn"]
)
def test_a_proposal_without_a_place_leaves_no_trace(event, proposed, state):
    proposal = proposed(state)

    assert leaks(event) == []
    assert photo_of(proposal) == 404


def test_a_talk_that_is_placed_but_not_confirmed_leaves_no_trace(event, proposed):
    proposal = proposed("accepted", slot=make_slot(event, "talk", "Zyzzyva quokka"))
    assert proposal.event == event

    assert leaks(event) == []
    assert photo_of(proposal) == 404
    assert Client().get(f"/talks/{proposal.talk.slug}/").status_code == 404


def test_a_confirmed_talk_is_announced_everywhere(event, proposed):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))

    found = leaks(event)

    page = f"/talks/{proposal.talk.slug}/"
    titled = {path for path, secret in found if secret == "zyzzyva"}
    assert {"/events/mp-61/", "/series/minsk/feed/", page} <= titled
    named = {path for path, secret in found if secret == "xanthippe"}
    assert {"/", "/series/minsk/", "/series/minsk/archive/?q=quokka", page} <= named
    assert {secret for _path, secret in found} == {"zyzzyva", "xanthippe", "kinkajou"}
    assert photo_of(proposal) == 200


@pytest.mark.parametrize("back", ["pass_on", "take_off", "withdraw"])
def test_a_talk_that_leaves_its_evening_leaves_all_pages(event, proposed, back):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    assert leaks(event)

    getattr(proposal, back)()

    assert leaks(event) == []
    assert photo_of(proposal) == 404


@pytest.mark.parametrize("visibility", ["link", "attendees", "nowhere"])
def test_an_agreed_talk_is_announced_whatever_may_be_shown_of_it_later(event, proposed, visibility):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))

    allow(proposal, visibility)

    page = Client().get("/events/mp-61/").content.decode()
    assert "Zyzzyva" in page
    talk = Client().get(f"/talks/{proposal.talk.slug}/")
    assert '<meta name="robots" content="noindex">' in talk.content.decode()


@pytest.mark.parametrize("visibility", ["attendees", "nowhere"])
def test_after_the_evening_only_what_she_allowed_is_left(event, proposed, visibility):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    allow(proposal, visibility)
    Talk.objects.update(video_url="https://video.example.org/numbat", summary="Numbat.")
    assert leaks(event)  # and every page is kept now

    with time_machine.travel(event.ends_at + timedelta(seconds=1)):
        assert leaks(event) == []
        assert photo_of(proposal) == 404


def test_a_talk_by_link_is_found_by_its_link_alone(event, proposed):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    allow(proposal, "link")
    seen(event)

    with time_machine.travel(event.ends_at + timedelta(seconds=1)):
        assert {path for path, _secret in leaks(event)} == {f"/talks/{proposal.talk.slug}/"}
        page = Client().get(f"/talks/{proposal.talk.slug}/").content.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "ld+json" not in page


def test_pages_that_are_kept_turn_with_the_end_of_the_evening(event, proposed):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    allow(proposal, "nowhere")
    path = f"/talks/{proposal.talk.slug}/"
    end = event.ends_at

    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert "Zyzzyva" in Client().get("/events/mp-61/").content.decode()
        etag = Client().get(path)["ETag"]
    with time_machine.travel(end, tick=False):
        assert "Zyzzyva" not in Client().get("/events/mp-61/").content.decode()
        assert Client().get(path, headers={"if-none-match": etag}).status_code == 404


def test_a_wish_for_less_shows_at_once(event, proposed):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    with time_machine.travel(event.ends_at + timedelta(days=1)):
        assert leaks(event)
        allow(proposal, "nowhere")
        assert leaks(event) == []


def test_the_talk_of_an_evening_that_is_no_longer_announced_is_gone(event, proposed):
    proposed("confirmed", slot=make_slot(event, "talk"))
    type(event).objects.filter(pk=event.pk).update(status="draft")

    assert leaks(event) == []


# The organizers' side


@pytest.fixture
def organizer(event):
    client = Client()
    client.force_login(make_organizer(event.series))
    return client


def change(organizer, talk, **fields):
    """What the page says after saving these fields; "" when it was saved."""
    page = f"/admin/speakers/talk/{talk.pk}/change/"
    form = organizer.get(page).context["adminform"].form
    told = {name: form.get_initial_for_field(f, name) or "" for name, f in form.fields.items()}
    answer = organizer.post(page, told | fields)
    talk.refresh_from_db()
    return "" if answer.status_code == 302 else answer.content.decode()


def test_organizers_may_show_less_than_the_speakers_allow_and_never_more(
    event, proposed, organizer
):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    allow(proposal, "link", "CC BY 4.0")
    talk = proposal.talk

    refusal = change(organizer, talk, visibility="public")
    assert "Its speakers allowed “by link only”. You may show less, not more." in refusal
    assert talk.visibility == "link"
    assert change(organizer, talk, visibility="nowhere") == ""
    assert talk.visibility == "nowhere"
    allow(proposal, "public", "CC BY 4.0")
    talk.refresh_from_db()
    assert talk.visibility == "nowhere"
    assert change(organizer, talk, visibility="public") == ""
    assert talk.visibility == "public"
    allow(proposal, "attendees", "CC BY 4.0")
    talk.refresh_from_db()
    assert talk.visibility == "attendees"


def test_the_licence_is_the_speakers(event, proposed, organizer):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    allow(proposal, "public", "CC BY 4.0")

    refusal = change(organizer, proposal.talk, licence="CC0")

    assert "Its speakers allowed “CC BY 4.0”." in refusal
    allow(proposal, "public", "")
    proposal.talk.refresh_from_db()
    assert "not agreed to one licence" in change(organizer, proposal.talk, licence="CC0")


def test_a_talk_without_a_proposal_is_the_organizers_own(event, organizer):
    talk = make_talk(event, visibility="nowhere")

    assert change(organizer, talk, visibility="public", licence="CC0") == ""
    assert (talk.visibility, talk.licence) == ("public", "CC0")


def test_the_place_of_a_proposals_talk_is_not_changed_behind_its_speakers_back(
    event, proposed, organizer
):
    proposal = proposed("confirmed", slot=make_slot(event, "talk"))
    other = make_slot(make_event(event.series), "talk")

    assert change(organizer, proposal.talk, slot=str(other.pk), names="Somebody else") == ""

    talk = Talk.objects.get(pk=proposal.talk.pk)
    assert talk.slot.event == event
    assert [speaker.name for speaker in talk.speakers.all()] == ["Xanthippe"]
    gone = organizer.post(f"/admin/speakers/talk/{talk.pk}/delete/", {"post": "yes"})
    assert gone.status_code == 403


# Consent on record (need 108)


def given(proposal, **fields):
    """Its evening was; the organizers have these links to show."""
    Event.objects.filter(pk=proposal.event.pk).update(
        starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1)
    )
    Talk.objects.filter(proposal=proposal).update(**fields)
    return Talk.objects.get(proposal=proposal)


@pytest.mark.parametrize("visibility", ["attendees", "nowhere"])
def test_strangers_get_no_slides_before_the_evening_that_they_do_not_get_after_it(
    event, proposed, visibility
):
    proposal = proposed("confirmed", slot=make_slot(event, kind="talk"))
    proposal.consent(proposal.parts.get(), visibility, "")
    Talk.objects.update(
        slides_url="https://example.org/slides", video_url="https://example.org/video"
    )

    page = Client().get(Talk.objects.get().get_absolute_url())

    assert page.status_code == 200
    assert "example.org/slides" not in page.content.decode()
    assert "example.org/video" not in page.content.decode()


def test_no_page_shows_a_recording_before_a_speaker_allowed_it(client):
    proposal = make_proposal(state="confirmed")
    talk = given(proposal, video_url="https://video.example.org/1", has_slides=True)
    pages = [talk.get_absolute_url(), proposal.event.get_absolute_url()]

    assert not any(b"video.example.org" in client.get(page).content for page in pages)
    assert client.get(f"/talks/{talk.slug}/slides.pdf").status_code == 404

    proposal.consent(proposal.parts.get(), "public", "CC BY 4.0")

    assert all(b"video.example.org" in client.get(page).content for page in pages)


@pytest.mark.parametrize("told", [False, True])
def test_an_organizer_writes_down_what_the_speaker_told_her(client, told):
    proposal = make_proposal(state="confirmed")
    client.force_login(make_organizer(proposal.call.series))
    talk = given(proposal)
    path = f"/admin/speakers/talk/{talk.pk}/change/"
    typed = {
        "title": talk.title,
        "slug": talk.slug,
        "video_url": "https://video.example.org/1",
        "visibility": "link",
        "licence": "CC BY 4.0",
    }

    answer = client.post(path, typed | ({"by_word": "on"} if told else {}))

    talk.refresh_from_db()
    on_record = list(Consent.objects.values_list("visibility", "licence", "text_version"))
    if told:
        assert answer.status_code == 302
        assert (talk.video_link, talk.visibility) == (typed["video_url"], "link")
        assert on_record == [("link", "CC BY 4.0", "by word")]
    else:
        assert "Nobody has said where this may be shown" in answer.content.decode()
        assert (talk.video_url, on_record) == ("", [])
