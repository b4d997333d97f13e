"""Slides come in as PDFs, stay private, and leave nothing behind where they are refused (T52)."""

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.test import Client
from PIL import Image

from speakers.models import SlideDraft
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_proposal,
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

pytestmark = pytest.mark.usefixtures("empty_folders")


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
