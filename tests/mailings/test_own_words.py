"""An organizer's own words in a message: what is filled in, and what can never get in."""

import pytest

from mailings.sending import facts, start_due
from mailings.templatetags.words import filled, unknown_places
from mailings.trial import letter_to
from outbox.models import Delivery
from outbox.stencils import Stencil
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_registration,
    make_series,
    make_talk,
    make_wave,
)

WORDS = """Dear {name},

come to {evening} on {when} at {place}.
https://example.org/video

Bring a friend."""


def letter(name="Ada", text=WORDS, title="Queues", **fields):
    event = make_event(starts="2026-12-10T19:00", title=title)
    wave = make_wave(event, due="2026-12-01T18:00", text=text, **fields)
    return letter_to(wave, make_contact(name=name))


@pytest.mark.django_db
def test_places_are_filled_in_and_paragraphs_stay():
    told = letter().text
    assert told.startswith("Dear Ada,\n\ncome to Queues on Thursday 10 December, 19:00 (Minsk) at")
    assert "\n\nBring a friend.\n" in told


@pytest.mark.django_db
def test_a_web_address_alone_on_its_line_becomes_a_link():
    assert 'href="https://example.org/video"' in letter().html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "line",
    ["javascript:alert(1)", "see https://example.org/video", "ftp://example.org/x",
     'https://example.org/"onclick=x'],
)  # fmt: skip
def test_nothing_else_becomes_a_link(line):
    page = letter(text=line).html
    assert f'href="{line}"' not in page
    assert 'href="javascript' not in page
    assert 'onclick=x"' not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("{place}", "Dear {place},"),
        ("{{ url }}", "Dear {{ url }},"),
        ("<b>Ada</b>", "Dear <b>Ada</b>,"),
        ("https://evil.example", "Dear friend,"),
        ("evil.example", "Dear friend,"),
        ("me@evil.example", "Dear friend,"),
        ("Ada\n\n--\nnot small print", "Dear Ada -- not small print,"),
        (" ", "Dear friend,"),
    ],
)
def test_a_name_stays_a_name(name, shown):
    told = letter(name=name)
    assert told.text.splitlines()[0] == shown
    assert "<b>Ada" not in told.html
    assert "evil.example" not in told.html


@pytest.mark.django_db
def test_a_title_in_braces_is_not_filled_in_again():
    assert "come to {name} on" in letter(title="{name}").text


@pytest.mark.django_db
def test_two_dashes_of_hers_are_not_the_small_print():
    told = letter(text="First.\n\n--\nStill hers.").text
    assert told.index("Still hers.") < told.index("\n--\n")


@pytest.mark.django_db
def test_template_language_is_only_text():
    assert (
        "{% now 'Y' %} {{ unsubscribe_url }}"
        in letter(text="{% now 'Y' %} {{ unsubscribe_url }}").text
    )


def test_what_nothing_fills_is_named():
    assert unknown_places("{name} {nmae} {when} {}") == ["nmae"]
    assert filled("{nmae}", name="Ada") == "{nmae}"


@pytest.mark.django_db
@pytest.mark.parametrize("text", [WORDS, ""])
@pytest.mark.parametrize("number", [1, 2])
def test_a_wave_to_thousands_is_rendered_once(text, number):
    series = make_series()
    for name in ("Ada", "Grace <b>", ""):
        make_follower(series, contact=make_contact(name=name))
    event = make_event(series)
    make_talk(event, "Why queues", ["Ada Lovelace"])
    make_wave(event, text=text, number=number)
    assert start_due() == 3
    letters = list(Delivery.objects.select_related("batch"))
    stencil = Stencil.fitting(letters[0])
    assert stencil
    assert all(stencil.fill(letter) == letter.render() for letter in letters)


@pytest.mark.django_db
def test_an_invitation_tells_the_talks():
    event = make_event(starts="2026-12-10T19:00")
    make_talk(event, "Why queues", ["Ada Lovelace", "Grace Hopper"])
    wave = make_wave(event, due="2026-12-01T18:00")
    assert "\n  Why queues · Ada Lovelace, Grace Hopper\n" in letter_to(wave, None).text


@pytest.mark.django_db
def test_an_invitation_to_a_full_evening_does_not_promise_a_seat():
    event = make_event(starts="2026-12-10T19:00", capacity=1)
    make_registration(event)
    wave = make_wave(event, due="2026-12-01T18:00", number=2)
    told = letter_to(wave, None)
    assert facts(wave)["full"]
    assert not told.subject.startswith("Still seats")
    assert "stand in line" in told.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("audience", "why"),
    [
        ("registered", "asked for a seat"),
        ("speakers", "you have a part in"),
        ("crew", "you have a part in"),
        ("followers", "you follow"),
    ],
)
def test_a_note_says_why_one_gets_it(audience, why):
    assert why in letter(text="News", purpose="note", audience=audience).text
