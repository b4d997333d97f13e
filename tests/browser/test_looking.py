"""The eye itself: what it is made to see, it sees."""

import pytest

from tests.browser.looking import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PAGE = """<!DOCTYPE html><html lang="en"><title>A page</title><style>{style}</style>
<main><h1>A page</h1>{body}</main></html>"""
BUTTON = "<button>Keep me a seat</button>"
LINK = "<p>Words around <a href='#'>a link</a> in a text.</p>"


@pytest.mark.parametrize(
    ("style", "body", "seen"),
    [
        ("button {outline: none}", BUTTON, "focus cannot be seen"),
        ("button {width: 8px; height: 8px; padding: 0}", BUTTON * 2, "target-size"),
        ("h1 {width: 500px}", BUTTON, "phone: scrolls sideways to 508: h1."),
        ("h1 {width: 1400px}", BUTTON, "desk: scrolls sideways"),
        ("h1 {color: #eee; background: #fff}", BUTTON, "phone, light: color-contrast: h1"),
        (
            "@media (prefers-color-scheme: dark) {h1 {color: #222; background: #000}}",
            BUTTON,
            "desk, dark: color-contrast: h1",
        ),
        ("p {color: #111} a {color: #123; text-decoration: none}", LINK, "link-in-text-block: a"),
        ("", "<input>", "label: input"),
        ("", '<img src="data:,">', "image-alt: img"),
    ],
)
def test_a_fault_is_seen(people, style, body, seen):
    page = people.open()
    page.set_content(PAGE.format(style=style, body=body))
    assert any(seen in fault for fault in faults(page))


def test_a_page_without_faults_has_none(people):
    page = people.open()
    page.set_content(PAGE.format(style="", body=BUTTON))
    assert faults(page) == []


def test_what_a_page_breaks_is_heard(guest, people):
    guest.goto("/")
    guest.evaluate("document.body.setAttribute('style', 'color: red')")
    guest.evaluate("new Image().src = 'https://elsewhere.example/a.png'")
    guest.evaluate("console.error('a cry')")
    heard = " ".join(people.heard())
    assert "style-src" in heard
    assert "elsewhere.example" in heard
    assert "a cry" in heard
