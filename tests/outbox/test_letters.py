"""What a mail looks like, and that nothing a person wrote becomes markup, a header or a link."""

import re
from email import message_from_bytes, policy
from html import unescape
from html.parser import HTMLParser

import pytest

from outbox import mime
from outbox.engine import Sender
from outbox.letters import compose
from outbox.models import Batch, Delivery
from outbox.stencils import Stencil
from tests.builders import make_contact
from tests.outbox.conftest import make_delivery

pytestmark = pytest.mark.django_db

EVENING = {
    "title": "Evening 61",
    "series": "Minsk Python",
    "series_url": "http://testserver/series/minsk-python/",
    "url": "http://testserver/events/mp-61/",
    "starts": "2026-12-10T16:00:00+00:00",
    "ends": "2026-12-10T18:30:00+00:00",
    "zone": "Europe/Minsk",
    "mode": "onsite",
    "place": "Space, Hall",
    "address": "Main Street 1",
    "how_to_get_in": "Ring at the blue door.",
    "map_url": "https://maps.example.org/?a=1&b=2",
    "online_url": "https://meet.example.org/61",
    "name": "Ada O'Neil",
    "registration": {"seed": "ab" * 16, "hash": ""},
    "position": 3,
    "old_starts": "2026-12-03T16:00:00+00:00",
    "old_zone": "Europe/Minsk",
    "reason": "The heating of our host broke.",
}
# template, how its subject begins, words of its first paragraphs, label of its link or button
MAILS = [
    ("registrations/going", "You have a seat: Evening 61", "Your seat is kept.", "See your seat"),
    (
        "registrations/waiting",
        "The evening is full, you are in line: Evening 61",
        "This evening is full. You are 3rd in line;",
        "See your place in line",
    ),
    ("registrations/moved_up", "A seat has come free for you", "it is yours", "See your seat"),
    ("registrations/confirm", "One click keeps your seat", "for two hours", "Keep my seat"),
    ("registrations/already", "You already have a seat", "nothing has changed", "See your seat"),
    ("registrations/cancelled", "You have freed your seat", "is free again", "The page of"),
    ("meetups/moved", "Moved: Evening 61 is now on", "Thursday 3 December, 19:00", "I can still"),
    ("meetups/cancelled", "Cancelled: Evening 61", "The heating of our host", "Minsk Python"),
    ("mailings/eve", "Soon: Evening 61", "Ring at the blue door.", "Still coming"),
]  # fmt: skip


class Page(HTMLParser):
    """The links and the visible words of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attributes if name in {"href", "src"}]


@pytest.mark.parametrize(
    ("template", "subject", "words", "label"), MAILS, ids=[m[0] for m in MAILS]
)
def test_each_mail_says_what_happened_where_and_what_to_do(template, subject, words, label):
    letter = compose(template, EVENING)

    assert letter.subject.startswith(subject)
    assert letter.text.startswith("Hello Ada O'Neil,\n\n")
    assert words in letter.text
    assert "Thursday 10 December, 19:00 (Minsk)" in letter.subject + letter.text
    assert re.search(rf"^{label}[^\n]*:\nhttps?://\S+$", letter.text, re.MULTILINE)
    assert "\n\n--\nYou get this because" in letter.text
    assert ">Hello Ada O'Neil,</p>" in unescape(letter.html)


def test_a_mail_about_an_evening_online_says_how_to_join_and_not_how_to_get_in():
    letter = compose("mailings/eve", EVENING | {"mode": "online"})

    assert "Join here:\nhttps://meet.example.org/61\n" in letter.text
    assert "blue door" not in letter.text
    assert "Main Street" not in letter.text


def test_only_the_tags_of_a_template_make_links():
    nasty = '<a class="link" href="http://evil.example">x</a> http://evil.example/\n\nBcc: a@b.org'
    letter = compose(
        "meetups/cancelled",
        EVENING | {"title": nasty, "reason": nasty, "name": nasty, "series": nasty},
    )
    page = Page(letter.html)

    assert page.links == ["http://testserver/series/minsk-python/"]
    assert not page.tags & {"script", "img", "iframe", "form"}
    assert "\n" not in letter.subject
    assert letter.text.startswith("Hello,\n\n")  # a name that is no name is not repeated


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://x.example/\r\nBcc: y", "data:text/html,x", '"><b>', ""],
)
def test_an_address_that_is_no_web_address_never_becomes_a_link(address):
    letter = compose("mailings/eve", EVENING | {"map_url": address})

    assert Page(letter.html).links == [
        link for link in Page(letter.html).links if "/coming/" in link
    ]
    assert "alert(1)" not in letter.html


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Ada", "Hello Ada,"),
        ("  Ada\r\nLovelace ", "Hello Ada Lovelace,"),
        ("\u202eadA", "Hello adA,"),
        ("Win at evil.example", "Hello,"),
        ("http://evil", "Hello,"),
        ("", "Hello,"),
        ("Анна-Мария", "Hello Анна-Мария,"),
        ("x" * 300, f"Hello {'x' * 80},"),
    ],
)
def test_people_are_greeted_by_a_name_and_nothing_else(name, greeting):
    assert compose("mailings/eve", EVENING | {"name": name}).text.partition("\n")[0] == greeting


def test_the_bytes_read_back_as_the_letter(settings):
    settings.DEFAULT_FROM_EMAIL = "Дом <hello@example.org>"
    facts = EVENING | {
        "title": "Вечер 61: «Очереди», " + "и ещё " * 30,
        "attachments": [
            {
                "name": "evening.ics",
                "type": "text/calendar; charset=utf-8; method=PUBLISH",
                "text": "BEGIN:VCALENDAR\r\nSUMMARY:Вечер\r\nEND:VCALENDAR\r\n",
            }
        ],
        "reason": ".\n.leading dots\n" + "long " * 300,
    }
    contact = make_contact("anna@example.org")
    delivery = make_delivery(
        template="meetups/cancelled", context=facts, contact=contact, message_class="promotional"
    )
    letter = delivery.render()

    raw = mime.assemble(delivery, letter)
    message = message_from_bytes(raw, policy=policy.default)

    assert message["Subject"] == letter.subject
    assert message["From"].addresses[0].display_name == "Дом"
    assert message["From"].addresses[0].addr_spec == "hello@example.org"
    assert message["To"] == delivery.address
    assert message["Message-ID"] == delivery.message_id
    assert message["X-Outbox-ID"] == str(delivery.id)
    assert message["List-Unsubscribe"] == f"<{delivery.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == letter.text
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n") == letter.html
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "evening.ics"
    assert attachment.get_content_type() == "text/calendar"
    assert attachment["Content-Type"].params["method"] == "PUBLISH"
    assert attachment.get_content() == facts["attachments"][0]["text"]
    assert [part.defects for part in message.walk()] == [[]] * 5
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    assert raw.isascii()
    assert re.search(rb"(?<!\r)\n", raw) is None


def test_a_mail_about_ones_own_seat_offers_no_unsubscribing():
    assert "List-Unsubscribe" not in mime.headers(
        make_delivery(), compose("plain", {"subject": "x"})
    )


def test_the_series_writes_under_its_own_name():
    delivery = make_delivery(context={"from_name": 'Minsk "Python"\r\nBcc: x', "text": ""})

    assert mime.sender(delivery.facts()).startswith('"Minsk Python Bcc: x" <hello@')


def test_links_of_the_house_itself_work_in_its_own_mails():
    text = "Confirm:\nhttp://testserver/accounts/confirm/abc/\nhttp://evil.example/\n<b>"
    letter = compose("plain", {"subject": "Please confirm", "text": text})

    assert Page(letter.html).links == ["http://testserver/accounts/confirm/abc/"]
    assert letter.text == f"{text}\n"


def test_a_list_calls_a_message_by_its_subject_once_it_has_one():
    assert Delivery(template="registrations/moved_up").title() == "moved up"
    assert Delivery(template="x", subject="A seat has come free").title() == "A seat has come free"


def make_wave(people: list[dict], template: str = "mailings/eve") -> list[Delivery]:
    batch = Batch.objects.create(key="eve:1:0", context=EVENING | {"name": "", "registration": {}})
    return [make_delivery(template=template, batch=batch, context=facts) for facts in people]


def seat(name: str, number: int) -> dict:
    return {"name": name, "registration": {"seed": f"{number:032x}", "hash": ""}}


def test_a_wave_is_rendered_once_and_says_to_each_what_her_own_letter_says():
    names = ["Ada", "<b>Bea</b>", "\ue0001\ue001", "Анна", "http://evil.example", "O'Neil"]
    first, *others = make_wave([seat(name, number) for number, name in enumerate(names)])

    stencil = Stencil.fitting(first)

    for delivery in [first, *others]:
        if "\ue000" not in delivery.context["name"]:
            assert stencil.fill(delivery) == delivery.render()
    odd = stencil.fill(others[1])
    assert set(Page(odd.html).links) == set(Page(others[1].render().html).links)


@pytest.mark.parametrize(
    "written", ["{{ name }}", "{% personal %}{{ name }}{% endpersonal %} {{ name }}"]
)
def test_a_personal_fact_out_of_its_place_costs_the_shortcut_and_reaches_nobody_else(
    settings, tmp_path, written
):
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "slip.txt").write_text("{% load letter %}" + written)
    (tmp_path / "emails" / "slip.subject.txt").write_text("Hello")
    settings.TEMPLATES = [t | {"DIRS": [*t["DIRS"], tmp_path]} for t in settings.TEMPLATES]
    ada, bea = make_wave([seat("Ada", 1), seat("Bea", 2)], template="slip")
    sender = Sender()

    letters = [sender._letter(delivery).text for delivery in (ada, bea)]

    assert [letter.split()[-1] for letter in letters] == ["Ada", "Bea"]
    assert "Ada" not in letters[1]


def test_a_message_of_no_batch_has_no_stencil():
    assert Stencil.fitting(make_delivery()) is None
