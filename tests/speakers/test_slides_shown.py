"""Who gets which slides, how a file leaves, and what is cleared away (T46)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from speakers.models import SlideDraft, Talk
from tests.builders import (
    make_organizer,
    make_proposal,
    make_registration,
)
from tests.speakers.pdfs import (
    PDF,
    on_disk,
    upload,
    url_of,
)

pytestmark = pytest.mark.usefixtures("empty_folders")


@pytest.fixture
def proposal(db):
    proposal = make_proposal(state="confirmed", title="Stairs: Пути")
    proposal.consent(proposal.parts.get(), "public")
    return proposal


def access(proposal):
    """Who asks, and a browser of each."""
    series, event = proposal.call.series, proposal.event
    other = make_proposal(state="confirmed")
    beside = make_proposal(proposal.call, "confirmed")
    people = {
        "organizer": make_organizer(series, "organizer"),
        "reviewer": make_organizer(series, "reviewer"),
        "door": make_organizer(series, "door"),
        "other series": make_organizer(other.call.series),
        "reviewer there": make_organizer(other.call.series, "reviewer"),
        "superuser": make_organizer(other.call.series, is_superuser=True),
    }
    browsers = {name: Client() for name in [*people, "stranger"]}
    for name, user in people.items():
        browsers[name].force_login(user)
    tokens = {
        "speaker": proposal.parts.get().token,
        "other speaker": other.parts.get().token,
        "speaker beside": beside.parts.get().token,
        "guest": make_registration(event).token,
        "guest elsewhere": make_registration(other.event).token,
        "in line": make_registration(event, "waiting").token,
        "gone": make_registration(event, "cancelled").token,
        "stayed away": make_registration(event, came=False).token,
        "nobody": "A" * 22,
    }
    return browsers, tokens


def opened(browser, url):
    answer = browser.get(url)
    assert answer.status_code in {200, 404, 302}, (url, answer.status_code)
    if answer.streaming:
        b"".join(answer)
    return answer.status_code == 200


def over(event):
    """The evening was yesterday."""
    type(event).objects.filter(pk=event.pk).update(
        starts_at=timezone.now() - timedelta(days=1), ends_at=timezone.now() - timedelta(hours=20)
    )


def test_a_draft_is_for_its_speakers_and_those_who_run_the_series(client, proposal):
    upload(client, proposal)
    draft = proposal.talk.drafts.get()
    browsers, tokens = access(proposal)

    for name, browser in browsers.items():
        for whose, token in tokens.items():
            url = f"/proposals/{token}/slides/{draft.pk}.pdf"
            assert opened(browser, url) == (whose == "speaker"), (name, whose)
        url = f"/admin/speakers/talk/{proposal.talk.pk}/slides/{draft.pk}.pdf"
        assert opened(browser, url) == (name in {"organizer", "superuser"}), name
        for url in [
            f"/talks/{proposal.talk.slug}/slides.pdf",
            f"/media/{draft.file.name}",
            f"/{draft.file.name}",
            f"/static/{draft.file.name}",
        ]:
            assert not opened(browser, url), (name, url)


@pytest.mark.parametrize(
    ("visibility", "everybody", "guests"),
    [
        ("public", True, True),
        ("link", True, True),
        ("attendees", False, True),
        ("nowhere", False, False),
    ],
)
def test_final_slides_are_shown_as_far_as_the_speaker_allows(
    client, proposal, visibility, everybody, guests
):
    upload(client, proposal)
    client.post(url_of(proposal), {"version": "1", "final": "1"})
    browsers, tokens = access(proposal)
    part = proposal.parts.get()
    proposal.consent(part, visibility)
    talk = proposal.talk

    for name, browser in browsers.items():
        assert opened(browser, f"/talks/{talk.slug}/slides.pdf") == everybody, name
    for whose, token in tokens.items():
        assert not opened(client, f"/talks/{talk.slug}/for/{token}/slides.pdf"), (whose, "before")

    over(proposal.event)
    for name, browser in browsers.items():
        assert opened(browser, f"/talks/{talk.slug}/slides.pdf") == everybody, name
    for whose, token in tokens.items():
        url = f"/talks/{talk.slug}/for/{token}/"
        expected = guests and whose == "guest"
        assert opened(client, url) == expected, whose
        assert opened(client, f"{url}slides.pdf") == expected, whose


def test_slides_are_shown_neither_before_the_yes_nor_while_the_evening_is_a_draft(client, proposal):
    upload(client, proposal)
    proposal.talk.drafts.get().publish()
    url = f"/talks/{proposal.talk.slug}/slides.pdf"
    assert opened(client, url)

    event = proposal.event
    type(event).objects.filter(pk=event.pk).update(status="draft")
    assert not opened(client, url)

    type(event).objects.filter(pk=event.pk).update(status="published")
    proposal.take_off()
    assert not opened(client, url)


def test_other_speakers_talks_show_no_slides_of_hers(client, proposal):
    upload(client, proposal)
    draft = proposal.talk.drafts.get()
    other = make_proposal(proposal.call, "confirmed")
    browser = Client()
    browser.force_login(make_organizer(proposal.call.series))
    assert not opened(browser, f"/admin/speakers/talk/{other.talk.pk}/slides/{draft.pk}.pdf")


# What goes out


def test_a_file_is_never_a_page_of_ours(client, proposal):
    upload(client, proposal)
    draft = proposal.talk.drafts.get()
    draft.publish()
    organizer = Client()
    organizer.force_login(make_organizer(proposal.call.series))

    answers = {
        "own": client.get(url_of(proposal, f"slides/{draft.pk}.pdf")),
        "admin": organizer.get(f"/admin/speakers/talk/{proposal.talk.pk}/slides/{draft.pk}.pdf"),
        "public": Client().get(f"/talks/{proposal.talk.slug}/slides.pdf"),
    }

    for name, answer in answers.items():
        assert b"".join(answer) == PDF
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == (
            'attachment; filename="stairs-puti-1.pdf"; '
            "filename*=UTF-8''Stairs%20%D0%9F%D1%83%D1%82%D0%B8%201.pdf"
        ), name
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert not answer.cookies
    for name in ("own", "admin"):
        assert "no-store" in answers[name]["Cache-Control"]
    assert answers["public"]["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_title_cannot_add_to_the_header(client, db):
    proposal = make_proposal(state="confirmed", title='a"; filename="x.html\r\nSet-Cookie: a=b')
    upload(client, proposal)

    answer = client.get(url_of(proposal, f"slides/{proposal.talk.drafts.get().pk}.pdf"))

    assert b"".join(answer) == PDF
    said = answer["Content-Disposition"]
    assert said.count('"') == 2
    assert not {"\r", "\n"} & set(said)
    assert not answer.cookies


def test_a_repeated_visit_costs_no_file_and_a_new_version_shows_at_once(client, proposal):
    upload(client, proposal)
    upload(client, proposal, PDF + b"2")
    first, second = proposal.talk.drafts.order_by("version")
    first.publish()
    url = f"/talks/{proposal.talk.slug}/slides.pdf"
    before = client.get(url)
    assert b"".join(before) == PDF
    etag = before["ETag"]
    assert client.get(url, headers={"if-none-match": etag}).status_code == 304

    second.publish()

    answer = client.get(url, headers={"if-none-match": etag})
    assert answer.status_code == 200
    assert b"".join(answer) == PDF + b"2"
    assert Talk.objects.get().drafts.published().get() == second


def test_a_file_that_is_lost_is_not_there(client, proposal):
    upload(client, proposal)
    draft = proposal.talk.drafts.get()
    draft.file.storage.delete(draft.file.name)
    assert client.get(url_of(proposal, f"slides/{draft.pk}.pdf")).status_code == 404


def test_pages_name_the_slides_once_they_are_final_and_only_while_they_are_shown(client, proposal):
    upload(client, proposal)
    pages = [proposal.talk.get_absolute_url(), proposal.event.get_absolute_url()]
    over(proposal.event)
    link = f'href="/talks/{proposal.talk.slug}/slides.pdf"'
    assert [link in client.get(page).content.decode() for page in pages] == [False, False]

    client.post(url_of(proposal), {"version": "1", "final": "1"})
    assert [link in client.get(page).content.decode() for page in pages] == [True, True]

    client.post(url_of(proposal), {"version": "1", "hide": "1"})
    assert [link in client.get(page).content.decode() for page in pages] == [False, False]


def test_who_came_finds_the_talk_on_her_own_page(client, proposal, django_assert_num_queries):
    upload(client, proposal)
    proposal.talk.drafts.get().publish()
    proposal.consent(proposal.parts.get(), "attendees")
    guest = make_registration(proposal.event)
    assert b"Talks for those who came" not in client.get(guest.get_absolute_url()).content

    over(proposal.event)
    page = client.get(guest.get_absolute_url()).content.decode()
    url = f"/talks/{proposal.talk.slug}/for/{guest.token}/"
    assert f'href="{url}"' in page
    talk = client.get(url)
    assert f'href="{url}slides.pdf"' in talk.content.decode()
    assert 'name="robots" content="noindex"' in talk.content.decode()
    assert "no-store" in talk["Cache-Control"]
    assert talk["Referrer-Policy"] == "strict-origin"

    guest.came = False
    guest.save()
    assert b"Talks for those who came" not in client.get(guest.get_absolute_url()).content


# What is cleared away


def later(**fields):
    cache.clear()
    return timezone.now() - timedelta(**fields)


def test_an_upload_that_died_half_way_is_cleared_away_after_an_hour(client, proposal):
    upload(client, proposal)
    SlideDraft.objects.update(state="pending")
    assert SlideDraft.objects.sweep() == 0
    page = Client().get(url_of(proposal))
    assert b"Version 1" not in page.content

    SlideDraft.objects.update(added_at=later(hours=1, seconds=1))

    assert SlideDraft.objects.sweep() == 1
    assert (SlideDraft.objects.count(), on_disk()) == (0, [])


def test_a_file_that_nobody_knows_is_cleared_away_after_a_day(client, proposal):
    upload(client, proposal)
    orphan = Path(settings.MEDIA_ROOT) / "slides" / f"{'0' * 32}.pdf"
    orphan.write_bytes(PDF)
    assert SlideDraft.objects.sweep() == 0

    cache.clear()
    old = (timezone.now() - timedelta(hours=25)).timestamp()
    for file in on_disk():
        os.utime(file, (old, old))

    assert SlideDraft.objects.sweep() == 1
    assert not orphan.exists()
    assert len(on_disk()) == 1


def test_slides_of_a_talk_that_was_taken_back_go_after_a_week(client, proposal, time_machine):
    kept = make_proposal(state="confirmed")
    for one in (proposal, kept):
        upload(client, one)
    proposal.talk.drafts.get().publish()
    proposal.withdraw()
    time_machine.move_to(timezone.now() + timedelta(days=6))
    cache.clear()
    assert SlideDraft.objects.sweep() == 0

    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    cache.clear()
    assert SlideDraft.objects.sweep() == 1

    assert [draft.talk for draft in SlideDraft.objects.all()] == [kept.talk]
    assert len(on_disk()) == 1
    assert not Talk.objects.get(pk=proposal.talk.pk).has_slides


def test_the_broom_looks_once_an_hour(client, proposal, django_assert_num_queries):
    SlideDraft.objects.sweep()
    with django_assert_num_queries(0):
        assert SlideDraft.objects.sweep() == 0
