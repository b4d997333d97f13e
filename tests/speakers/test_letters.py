"""What each letter to speakers says, and that nothing a stranger wrote comes alive in it."""

import re
from email import message_from_bytes, policy

import icalendar
import pytest
import time_machine

from meetups.letter_names import NAMES
from outbox import mime
from outbox.models import Delivery
from speakers import preparing
from speakers.models import Comment
from tests.builders import make_rehearsal
from tests.outbox.test_letters import Page
from tests.speakers.scenes import NOW, Scene

pytestmark = pytest.mark.django_db

OWN = r"http://testserver/proposals/[\w-]{22}/"
# letter, how its subject begins, words that stand in it, where its first link leads
LETTERS = [
    ("received", "We have your proposal: Types", "by Monday 16 November", OWN),
    (
        "offered",
        "Can you speak on Thursday 10 December, 19:00 (Minsk)? Types",
        "tell us by Saturday 7 November",
        OWN + "evening/",
    ),
    ("accepted", "We want to hear your talk: Types", "There is no evening for it yet", OWN),
    ("reserve", "Your talk is in our reserve: Types", "at least 3 days are left", OWN),
    (
        "declined",
        "We cannot take your talk this time: Types",
        "The reason: Types without tears",
        "http://testserver/series/[^/]+/talks/",
    ),
    ("reopened", "We look at your talk once more: Types", "We take back our no", OWN),
    (
        "taken_off",
        "Not on this evening after all: Types",
        "no longer planned for “Evening 61” on Thursday 10 December, 19:00 (Minsk)",
        OWN,
    ),
    (
        "confirmed",
        "You speak on Thursday 10 December, 19:00 (Minsk): Types",
        "A first draft of your slides: by Monday 30 November",
        OWN,
    ),
    (
        "withdrawn",
        "Your talk is taken back: Types",
        "we do not plan with it any more",
        "http://testserver/series/[^/]+/talks/",
    ),
    (
        "step_in",
        "A place is free on Thursday 10 December, 19:00 (Minsk). Can you step in? Types",
        "say yes by Tuesday 3 November, 10:00 (Minsk)",
        OWN + r"offers/\d+/",
    ),
    (
        "step_in_taken",
        "The place on Thursday 10 December, 19:00 (Minsk) is no longer free: Types",
        "stays in our reserve",
        OWN,
    ),
    (
        "dropped_out",
        "A place is free on Thursday 10 December, 19:00 (Minsk): Ada cannot come",
        "The reason: Types without tears",
        r"http://testserver/admin/speakers/offer/ask/\d+/",
    ),
    (
        "nobody_left",
        "Nobody from the reserve can step in on Thursday 10 December",
        "is still free",
        r"http://testserver/admin/meetups/event/\d+/change/",
    ),
    ("chase", "We still need your yes or no for Thursday 10", "no answer yet", OWN + "evening/"),
    (
        "evening_moved",
        "Your talk: Evening 61 is now on Thursday 17 December, 19:00 (Minsk)",
        "does not take place on Thursday 10 December, 19:00 (Minsk)",
        OWN + "evening/",
    ),
    (
        "evening_cancelled",
        "Your talk: Evening 61 on Thursday 10 December, 19:00 (Minsk) is cancelled",
        "The reason: Types without tears",
        OWN,
    ),
    ("duty_profile", "A photo and a few words for Evening 61", "lacks a photo", OWN + "profile/"),
    ("duty_slides", "A first draft of your slides: Types", "not be finished", OWN + "slides/"),
    ("duty_rehearsal", "Try your talk before the evening: Types", "not tried", OWN + "rehearsal/"),
    (
        "duty_arrival",
        "How to get there: Evening 61, Thursday 10 December, 19:00 (Minsk)",
        "Please be there at 18:30, so that we can try sound and screen."
        " Your talk begins at 19:10.",
        OWN + "evening/",
    ),
]  # fmt: skip
# T50 and T51: markup, addresses, a header, marks that turn the direction, a line of its own.
PAYLOADS = [
    '<a class="link" href="http://evil.example/">win</a><script>alert(1)</script>',
    "Your account: https://evil.example/login?a=1&b=2 or www.evil.example or a@evil.example",
    "Talk\r\nBcc: victim@evil.example\r\n\r\nhttp://evil.example/",
    '<img src=x onerror=alert(1)>\u202e"}}{{ part }}{% load x %}[win](http://evil.example)',
]
# What a mail program turns into a link by itself.
LIVE = re.compile(r"https?://(?!testserver)|\bwww\.\w|\w@\w|evil\.example")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def written(letter: str, **words: str) -> Delivery:
    """The letter of this name after its scene was played; the only one of its kind."""
    getattr(Scene(**words), letter)()
    return Delivery.objects.get(template=f"speakers/{letter}")


@pytest.mark.parametrize(
    ("name", "subject", "words", "link"), LETTERS, ids=[letter[0] for letter in LETTERS]
)
def test_each_letter_says_what_happened_and_what_to_do(name, subject, words, link):
    letter = written(name).render()

    assert letter.subject.startswith(subject)
    assert re.match(r"Hello( Ada)?,\n\n", letter.text)
    assert words in " ".join(letter.text.split())
    assert re.search(rf"^[^\n]+:\n{link}$", letter.text, re.MULTILINE)
    assert re.fullmatch(link, Page(letter.html).links[0])
    assert "\n\n--\nYou get this because you " in letter.text
    assert f"speakers/{name}" in NAMES


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", [letter[0] for letter in LETTERS])
def test_nothing_a_stranger_wrote_comes_alive(name, payload):
    delivery = written(name, text=payload, name=payload[:200])
    letter = delivery.render()
    page = Page(letter.html)

    assert all(link.startswith("http://testserver/") for link in page.links)
    assert not page.tags & {"script", "img", "iframe", "form"}
    assert not LIVE.search(letter.text)
    assert not LIVE.search(letter.subject)
    assert not LIVE.search(re.sub(r"<[^>]*>", "", letter.html))
    assert letter.subject.isprintable() or "\u2060" in letter.subject
    message = message_from_bytes(mime.assemble(delivery, letter), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"].splitlines() == [letter.subject]
    assert not any(line.startswith("Bcc") for line in letter.text.splitlines())


def test_a_letter_reads_the_same_where_an_unseen_sign_parts_an_address():
    letter = written("accepted", text="Node.js at 10:30").render()
    assert letter.subject.replace("\u2060", "") == "We want to hear your talk: Node.js at 10:30"


def test_what_moved_from_one_evening_to_another_names_the_one_she_knows():
    scene = Scene()
    proposal = scene.proposal("accepted", scene.event)
    proposal.place(scene.place(scene.other))
    proposal.release()

    letter = Delivery.objects.get(template="speakers/offered").render()

    assert letter.subject.startswith("Can you speak on Thursday 14 January 2027, 19:00 (Minsk)?")
    assert "no longer planned for “Evening 61” on Thursday 10 December, 19:00" in letter.text


def test_the_confirmation_brings_a_calendar_file_of_the_evening():
    (file,) = written("confirmed").render().attachments
    (entry,) = icalendar.Calendar.from_ical(file.text).walk("VEVENT")
    assert entry.decoded("dtstart").isoformat() == "2026-12-10T16:10:00+00:00"
    assert entry["summary"] == "Types without tears"


def test_who_steps_in_late_reads_what_to_do_as_soon_as_she_can():
    with time_machine.travel(NOW.replace(month=12, day=8), tick=False):
        text = written("confirmed").render().text
    assert "A first draft of your slides: as soon as you can" in text


def test_how_to_arrive_says_how_to_get_in_and_online_how_to_join():
    assert "Getting in: Ring at the blue door." in written("duty_arrival").render().text
    Delivery.objects.all().delete()
    scene = Scene()
    scene.event.mode, scene.event.online_url = "online", "https://meet.example.org/61"
    scene.event.save()
    scene.duty_arrival()
    text = Delivery.objects.get(template="speakers/duty_arrival").render().text
    assert "Please join at 18:30" in text
    assert "Join here:\nhttps://meet.example.org/61" in text
    assert "blue door" not in text


def test_a_rehearsal_without_free_times_is_found_by_answering():
    assert "Just answer this mail" in written("duty_rehearsal").render().text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nor_does_it_in_what_is_written_about_slides_and_rehearsals(payload):
    scene = Scene(text=payload, name=payload[:200])
    talk = scene.proposal("confirmed").talk
    part = talk.proposal.parts.get()
    rehearsal = make_rehearsal(scene.event)
    preparing.commented(Comment.objects.create(talk=talk, part=part, text=payload))
    preparing.commented(Comment.objects.create(talk=talk, text=payload))
    preparing.rehearsal_booked(rehearsal, talk)
    preparing.rehearsal_called_off(rehearsal, talk)
    preparing.rehearsal_given_back(rehearsal, talk)

    letters = [delivery.render() for delivery in Delivery.objects.all()]

    assert len(letters) == 6
    for letter in letters:
        assert all(link.startswith("http://testserver/") for link in Page(letter.html).links)
        assert not LIVE.search(letter.subject + letter.text)
        assert not LIVE.search(re.sub(r"<[^>]*>", "", letter.html))


def test_an_unseen_sign_stands_once_where_it_is_needed():
    assert (
        "\u2060\u2060" not in written("received", text="a@b.example http://c.example").render().text
    )
