"""Slides come in as PDFs, stay private, and leave nothing behind where they are refused (T52)."""

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import timezone
from PIL import Image

from speakers.models import SlideDraft, Talk
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_registration,
    make_slot,
)
from tests.speakers.pdfs import (
    MB,
    PDF,
    body,
    errors,
    on_disk,
    send,
    upload,
    url_of,
    versions,
)
from tests.threads import in_threads

LARGE = "This file is larger than 25 MB. Please make its pictures smaller and try again."
NO_PDF = "This is no PDF. Please save your slides as a PDF and choose that file."
STRANGE = "Please give the file a plain name, like slides.pdf, and try again."
CUT = "The file did not arrive whole. Please try again."
EMPTY = "This file is empty. Please choose another one."


@pytest.fixture(autouse=True)
def empty_folders(tmp_path, settings):
    """Folders of its own for media and for files on their way."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "coming")
    settings.MEDIA_ROOT.mkdir()
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    cache.clear()


@pytest.fixture
def proposal(db):
    return make_proposal(state="confirmed", title="Stairs: Пути")


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("slides.pdf", PDF)
    return out.getvalue()


def png():
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    return out.getvalue()


# What comes in


def test_a_pdf_becomes_the_next_version_under_a_name_of_ours(client, proposal):
    for number in (1, 2, 3):
        content = PDF + bytes(number)
        answer = upload(client, proposal, content, f"My talk {number}.PDF")
        assert answer.status_code == 302

    size = len(PDF)
    assert versions(proposal.talk) == [(n, "ready", size + n) for n in (1, 2, 3)]
    names = [Path(file).relative_to(settings.MEDIA_ROOT) for file in on_disk()]
    assert len(names) == 3
    for name in names:
        assert name.parent == Path("slides")
        assert len(name.stem) == 32
        assert name.suffix == ".pdf"
    newest = proposal.talk.drafts.get(version=3)
    assert newest.part == proposal.parts.get()
    assert Path(newest.file.path).read_bytes() == PDF + bytes(3)


def test_the_first_version_does_the_duty(client, proposal):
    duty = proposal.talk.duties.get(kind="slides")
    assert duty.done_at is None

    upload(client, proposal)

    duty.refresh_from_db()
    assert duty.done_at is not None


def test_slides_sent_before_there_was_an_evening_are_done_for_it(client, db):
    proposal = make_proposal(state="accepted")
    upload(client, proposal)

    proposal.place(make_slot(make_event(proposal.call.series), kind="talk"), agreed=True)

    assert proposal.talk.duties.get(kind="slides").done_at is not None


REFUSED = {
    "51 MB": (lambda: PDF + bytes(51 * MB), "slides.pdf", LARGE),
    "one byte too much": (lambda: PDF.ljust(25 * MB + 1), "slides.pdf", LARGE),
    "nothing in it": (lambda: b"", "slides.pdf", EMPTY),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", "slides.pdf", NO_PDF),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "slides.pdf", NO_PDF),
    "PNG": (png, "slides.pdf", NO_PDF),
    "zip": (zipped, "slides.pdf", NO_PDF),
    "zip by name": (zipped, "slides.zip", NO_PDF),
    "a PDF by another name": (lambda: PDF, "slides.html", NO_PDF),
    "a PDF with two ends": (lambda: PDF, "slides.pdf.exe", NO_PDF),
    "PDF behind something else": (lambda: b"GIF89a" + PDF, "slides.pdf", NO_PDF),
    "PDF behind a blank": (lambda: b" " + PDF, "slides.pdf", NO_PDF),
    "almost the sign": (lambda: b"%PDF", "slides.pdf", NO_PDF),
    "a way up": (lambda: PDF, "../../x.pdf", STRANGE),
    "a way up, as on Windows": (lambda: PDF, "..\\..\\x.pdf", STRANGE),
    "from the root": (lambda: PDF, "/etc/x.pdf", STRANGE),
    "NUL in its name": (lambda: PDF, "x\x00.pdf", STRANGE),
    "a line break in its name": (lambda: PDF, "x\u2028.pdf", STRANGE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_gets_one_sentence_and_leaves_nothing(client, proposal, name):
    make, file_name, sentence = REFUSED[name]

    answer = upload(client, proposal, make(), file_name)

    assert answer.status_code == 200
    assert errors(answer) == [sentence]
    assert versions(proposal.talk) == []
    assert on_disk() == []
    assert proposal.talk.duties.get(kind="slides").done_at is None


def test_25_mb_are_taken(client, proposal):
    assert upload(client, proposal, PDF.ljust(25 * MB)).status_code == 302
    assert versions(proposal.talk) == [(1, "ready", 25 * MB)]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_what_breaks_off_on_its_way_leaves_nothing(client, proposal, part):
    data = body(PDF + bytes(3 * MB))
    begun = data[: int(len(data) * part)]

    answer = send(
        client, url_of(proposal), begun, **{
            "wsgi.input": io.BytesIO(begun), "CONTENT_LENGTH": str(len(data)),
        },
    )  # fmt: skip

    assert errors(answer) == [CUT]
    assert versions(proposal.talk) == []
    assert on_disk() == []


def test_two_files_in_one_request_are_refused(client, proposal):
    both = body(PDF).rsplit(b"--cut-here--", 1)[0] + body(PDF, "other.pdf")

    answer = send(client, url_of(proposal), both)

    assert errors(answer) == ["Please choose one file at a time."]
    assert (versions(proposal.talk), on_disk()) == ([], [])


def test_no_file_is_asked_for_again(client, proposal):
    assert errors(client.post(url_of(proposal), {})) == ["Please choose a file."]
    assert errors(send(client, url_of(proposal), body(b"", ""))) == ["Please choose a file."]


@pytest.mark.parametrize("data", [b"", b"no form at all", b"--cut-here", b"--cut-here--\r\n"])
def test_a_senseless_request_is_no_fault_of_ours(client, proposal, data):
    assert send(client, url_of(proposal), data).status_code < 500
    assert client.generic("POST", url_of(proposal), data, "application/json").status_code < 500
    assert (versions(proposal.talk), on_disk()) == ([], [])


def test_a_full_disk_is_said_and_leaves_nothing(client, proposal, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)

    answer = upload(client, proposal)

    assert errors(answer) == ["We cannot keep a file at the moment. Please try again in an hour."]
    assert (versions(proposal.talk), on_disk()) == ([], [])


def test_no_room_for_files_on_their_way_is_said(client, proposal, settings):
    settings.FILE_UPLOAD_TEMP_DIR = "/dev/null/nowhere"
    answer = upload(client, proposal)
    assert errors(answer) == ["We cannot keep a file at the moment. Please try again in an hour."]
    assert versions(proposal.talk) == []


def test_a_form_without_its_token_stores_nothing(proposal):
    strict = Client(enforce_csrf_checks=True)

    answer = upload(strict, proposal)

    assert answer.status_code == 403
    assert (versions(proposal.talk), on_disk()) == ([], [])


# How much


def test_five_versions_are_kept_and_one_may_go(client, proposal):
    for _ in range(5):
        upload(client, proposal)

    answer = upload(client, proposal)
    assert errors(answer) == [
        "Five versions are kept here already. Remove one of them, then add this one."
    ]
    assert len(on_disk()) == 5

    client.post(url_of(proposal), {"version": "2", "remove": "1"})
    assert upload(client, proposal).status_code == 302
    assert [number for number, _state, _size in versions(proposal.talk)] == [1, 3, 4, 5, 6]
    assert len(on_disk()) == 5


def test_a_person_keeps_100_mb_over_all_her_talks(client, db):
    contact, call = make_contact(), make_call()
    first, second = (make_proposal(call, "confirmed", contact) for _ in range(2))
    for _ in range(4):
        assert upload(client, first, PDF.ljust(20 * MB)).status_code == 302
    assert upload(client, second, PDF.ljust(20 * MB)).status_code == 302

    answer = upload(client, second)

    assert errors(answer) == [
        "We keep 100 MB for each speaker. Remove an older version, then add this one."
    ]
    assert len(on_disk()) == 5
    assert upload(client, make_proposal(call, "confirmed")).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_the_same_moment_get_different_versions(transactional_db):
    proposal = make_proposal(state="confirmed")

    answers = in_threads(4, lambda number: upload(Client(), proposal, PDF + bytes(number)))

    assert [answer.status_code for answer in answers] == [302] * 4
    assert [number for number, _state, _size in versions(proposal.talk)] == [1, 2, 3, 4]
    assert len(on_disk()) == 4


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_keep_more_than_may_be_kept(transactional_db):
    proposal = make_proposal(state="confirmed")

    in_threads(8, lambda number: upload(Client(), proposal))

    assert len(versions(proposal.talk)) == 5
    assert len(on_disk()) == 5


def test_somebody_who_sends_all_the_time_is_asked_to_wait(client, proposal):
    for _ in range(20):
        upload(client, proposal, b"no PDF")
    answer = upload(client, proposal)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert on_disk() == []


# Who


@pytest.mark.parametrize("state", ["submitted", "reserve", "declined", "withdrawn"])
def test_slides_are_wanted_only_once_the_talk_is_accepted(client, db, state):
    proposal = make_proposal(state=state)

    page = client.get(url_of(proposal)).content.decode()
    answer = upload(client, proposal)

    assert "Slides are wanted once your talk is accepted" in page
    assert "Slides are wanted once your talk is accepted" in answer.content.decode()
    assert (SlideDraft.objects.count(), on_disk()) == (0, [])


def test_nobody_learns_here_that_she_is_accepted(client, db):
    proposal = make_proposal()
    waiting = client.get(url_of(proposal)).content
    proposal.accept()

    assert client.get(url_of(proposal)).content == waiting

    proposal.release()
    assert b"Send this version" in client.get(url_of(proposal)).content


def test_a_link_that_was_never_mailed_or_not_accepted_opens_nothing(client, proposal):
    invited = proposal.parts.create(contact=make_contact())
    for token in ["A" * 22, invited.token]:
        assert client.get(f"/proposals/{token}/slides/").status_code == 404
        assert send(client, f"/proposals/{token}/slides/", body(PDF)).status_code == 404
    assert on_disk() == []


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
        assert opened(browser, url) == (name in {"organizer", "reviewer", "superuser"}), name
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
