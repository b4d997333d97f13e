"""A speaker's profile: kept once, live on every talk, and off her list once it is whole."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from speakers.models import Part, Speaker
from tests.builders import make_call, make_contact, make_event, make_proposal, make_slot
from tests.speakers.pages import author, link, page, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photo(color="red", name="me.png"):
    out = BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def files(shelf):
    return sorted(path.name for path in shelf.rglob("*") if path.is_file())


def sides(answer):
    """Width and height of the picture that was answered."""
    return Image.open(BytesIO(b"".join(answer.streaming_content))).size


def save(client, part, **fields):
    known = {"name": part.speaker.name, "bio": "", "website": "", "links": ""}
    return client.post(link(part, "profile"), known | fields)


def test_it_is_kept_once_for_all_her_talks(client):
    contact = make_contact()
    first, second = (make_proposal(contact=contact) for _ in range(2))

    save(client, author(first), name="Анна Ковалёва", bio="I *teach*.", links="https://a.example")

    assert "Анна Ковалёва" in page(client, author(second))
    speaker = Speaker.objects.get(contact=contact)
    assert (speaker.bio_html, speaker.link_list) == (
        "<p>I <em>teach</em>.</p>\n",
        ["https://a.example"],
    )


def test_what_she_writes_is_on_the_page_of_her_talk_at_once(client, shelf):
    proposal = make_proposal(state="confirmed")
    address = proposal.talk.get_absolute_url()
    before = client.get(address)

    links = "https://a.example\nhttps://b.example"
    save(client, author(proposal), bio="She tames snakes.", links=links, photo=photo())

    after = client.get(address)
    assert b"tames snakes" not in before.content
    assert b"tames snakes" in after.content
    assert [link in after.content for link in (b"//a.example", b"//b.example")] == [True, True]
    assert sides(client.get(f"/speakers/{author(proposal).speaker_id}.jpg")) == (60, 40)


def test_a_new_photo_has_a_new_address_so_that_no_browser_shows_the_old_one(client, shelf):
    proposal = make_proposal(state="confirmed")
    found = []

    for color in ("red", "blue"):
        save(client, author(proposal), photo=photo(color))
        shown = client.get(proposal.talk.get_absolute_url()).content.decode()
        found += re.findall(r'src="(/speakers/\d+\.jpg\?v=\w{8})"', shown)[:1]

    assert len(set(found)) == 2


def test_looking_at_it_complains_of_nothing(client):
    speaker = author(proposal := make_proposal()).speaker
    speaker.website = "https://me.example"
    speaker.save()

    answer = client.get(link(author(proposal), "profile"))

    assert "Please look at this once more" not in text_of(answer)
    assert speaker.website in answer.content.decode()


def test_the_archive_finds_her_by_her_new_name(client):
    proposal = make_proposal(state="confirmed")

    save(client, author(proposal), name="Zinaida Unusual")

    proposal.event.refresh_from_db()
    assert "zinaida" in proposal.event.search_text


def test_a_photo_and_a_few_words_do_her_duty(client, shelf):
    proposal = make_proposal(state="confirmed")
    part, duty = author(proposal), proposal.talk.duties.get(kind="profile")

    save(client, part, bio="Me.")
    duty.refresh_from_db()
    assert duty.done_at is None
    save(client, part, bio="Me.", photo=photo())

    duty.refresh_from_db()
    assert duty.done_at
    assert not proposal.talk.duties.exclude(kind="profile").exclude(done_at=None).exists()


def test_with_two_speakers_both_profiles_are_wanted(client, shelf):
    proposal = make_proposal(state="confirmed")
    guest = Part.objects.invite(proposal, "guest@example.org")
    guest.accept("Guest")
    duty = proposal.talk.duties.get(kind="profile")

    save(client, author(proposal), bio="Me.", photo=photo())
    duty.refresh_from_db()
    assert duty.done_at is None
    save(client, guest, bio="Me, too.", photo=photo())

    duty.refresh_from_db()
    assert duty.done_at


def test_whoever_has_a_whole_profile_is_not_asked_for_it_again(client, shelf):
    call = make_call()
    contact = make_contact()
    save(client, author(make_proposal(call, contact=contact)), bio="Me.", photo=photo())

    proposal = make_proposal(call, "confirmed", contact=contact)

    assert proposal.talk.duties.get(kind="profile").done_at


def test_a_new_photo_takes_the_place_of_the_old_file(
    client, shelf, django_capture_on_commit_callbacks
):
    part = author(make_proposal())
    with django_capture_on_commit_callbacks(execute=True):
        save(client, part, photo=photo("red"))
    (old,) = files(shelf)
    with django_capture_on_commit_callbacks(execute=True):
        save(client, part, photo=photo("blue"))

    (new,) = files(shelf)
    assert new != old
    assert sides(client.get(link(part, "own_photo"))) == (60, 40)


def test_a_photo_can_be_removed(client, shelf, django_capture_on_commit_callbacks):
    part = author(make_proposal())
    with django_capture_on_commit_callbacks(execute=True):
        save(client, part, photo=photo())
        save(client, part, bio="No photo, please.", no_photo="on")

    part.speaker.refresh_from_db()
    assert (part.speaker.photo.name, files(shelf)) == ("", [])
    assert client.get(link(part, "own_photo")).status_code == 404


def test_a_form_without_a_new_photo_keeps_the_old_one(
    client, shelf, django_capture_on_commit_callbacks
):
    part = author(make_proposal())
    with django_capture_on_commit_callbacks(execute=True):
        save(client, part, photo=photo())
        save(client, part, bio="Only words.")

    part.speaker.refresh_from_db()
    assert default_storage.exists(part.speaker.photo.name)


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("me.png", b"<script>alert(1)</script>", "image/png"),
        SimpleUploadedFile("me.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
        SimpleUploadedFile("me.png", b"", "image/png"),
    ],
    ids=["markup", "svg", "empty"],
)
def test_what_is_no_picture_is_refused_and_left_nowhere(client, shelf, file):
    file.seek(0)
    part = author(make_proposal())

    answer = save(client, part, bio="Changed?", photo=file)

    assert "Please look at this once more" in text_of(answer)
    part.speaker.refresh_from_db()
    assert (part.speaker.bio, files(shelf)) == ("", [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "<b>me</b>"},
        {"website": "javascript:alert(1)"},
        {"links": "javascript:alert(1)"},
        {"links": "\n".join(f"https://{n}.example" for n in range(7))},
        {"bio": "x" * 5001},
        {"bio": "a\x00b"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_stand_beside_a_talk_is_said(client, wrong):
    part = author(make_proposal())

    answer = save(client, part, **wrong)

    assert answer.status_code == 200
    assert "Please look at this once more" in text_of(answer)
    assert Speaker.objects.get(pk=part.speaker_id).name == part.speaker.name


def test_markup_in_the_words_about_her_stays_text(client):
    proposal = make_proposal(state="confirmed")

    save(client, author(proposal), bio="<script>alert(1)</script>[x](javascript:alert(2))")

    shown = client.get(proposal.talk.get_absolute_url()).content.decode()
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown


def test_a_profile_an_organizer_wrote_becomes_hers(client):
    call = make_call()
    contact = make_contact()
    proposal = make_proposal(call, contact=contact)
    part = author(proposal)
    by_hand = Speaker.objects.create(name="Written by Hand")
    Part.objects.filter(pk=part.pk).update(speaker=by_hand)
    Speaker.objects.filter(contact=contact).delete()
    part.refresh_from_db()

    save(client, part, name="Her Own Name")

    by_hand.refresh_from_db()
    assert (by_hand.contact, by_hand.name) == (contact, "Her Own Name")


def test_her_one_profile_takes_the_place_of_what_an_organizer_wrote(client):
    contact = make_contact(name="Known")
    proposal = make_proposal(contact=contact)
    event = make_event(proposal.call.series, starts_in=timedelta(days=30))
    proposal.place(make_slot(event, kind="talk"))
    own, part = Speaker.objects.get(contact=contact), author(proposal)
    by_hand = Speaker.objects.create(name="Written by Hand")
    Part.objects.filter(pk=part.pk).update(speaker=by_hand)
    proposal.talk.follow_speakers()
    part.refresh_from_db()

    save(client, part, bio="Mine.")

    part.refresh_from_db()
    own.refresh_from_db()
    assert (part.speaker, own.bio) == (own, "Mine.")
    assert list(proposal.talk.speakers.all()) == [own]
