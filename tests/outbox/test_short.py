"""Letters in a few words: what a text message carries, and what it counts as."""

import pytest

from config.env import sms_route
from outbox.models import Delivery
from outbox.short import as_sms, fitted, segments, short_text
from people.phones import normalized_phone
from tests.builders import make_contact, make_event, make_follower, make_registration, make_wave
from tests.outbox.conftest import make_delivery


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1),  # counts twice
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 201, 3),
        ("a" * 69 + "ж", 1),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_phone_companies_do(text, number):
    assert segments(text) == number


@pytest.mark.parametrize("word", ["word ", "слово ", "x" * 900, "字" * 400])
def test_what_is_too_long_loses_its_last_words_and_never_a_link(word):
    link = "https://example.org/registrations/0123456789abcdefghijkl/cancel/"
    text = fitted(f"{word * 100}\n{link}")

    assert segments(text) <= 3
    assert text.endswith(f"...\n{link}")
    assert len(text) > 150


def test_what_fits_stays_as_it_is():
    assert fitted("See you at 19:00.\nhttps://example.org/") == (
        "See you at 19:00.\nhttps://example.org/"
    )


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+375 (29) 123-45-67", "+375291234567"),
        ("00375291234567", "+375291234567"),
        ("+1.415.867.5309", "+14158675309"),
        ("  ", ""),
    ],
)
def test_a_number_has_one_spelling(written, number):
    assert normalized_phone(written) == number


@pytest.mark.parametrize("written", ["291234567", "+0291234567", "+375", "+1" * 20, "call me"])
def test_what_nobody_can_call_is_refused(written):
    with pytest.raises(Exception, match="code of its country"):
        normalized_phone(written)


def letter_of(delivery: Delivery, how=as_sms) -> str:
    return how(delivery, delivery.render())


@pytest.mark.django_db
def test_a_letter_without_a_short_form_goes_as_it_is_where_it_fits():
    assert letter_of(make_delivery()) == "Hello,\nsee you on Thursday."


@pytest.mark.django_db
def test_one_that_does_not_fit_is_its_subject_and_the_thing_to_do():
    text = f"{'A long story. ' * 60}\n\nhttp://testserver/admin/\n\n--\nWhy: http://testserver/x/"
    long = make_delivery(context={"subject": "Your “seat”", "text": text})
    assert letter_of(long) == 'Your "seat"\nhttp://testserver/admin/'


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_eve_fits_and_keeps_its_link_in_every_language(language):
    event = make_event(title="Очереди и как с ними жить " * 4)
    seat = make_registration(event, contact=make_contact(language=language))
    context = seat.facts() | {
        "title": event.title, "starts": event.starts_at.isoformat(), "zone": event.zone,
        "mode": "onsite", "place": "Space", "address": "Main Street 5",
        "how_to_get_in": "The blue door, third floor. " * 9,
    }  # fmt: skip
    delivery = make_delivery(template="mailings/eve", context=context, language=language)

    text = letter_of(delivery)

    assert segments(text) <= 3
    assert f"/registrations/{seat.token}/coming/" in text


@pytest.mark.django_db
def test_an_invitation_in_short_names_evening_and_place_and_how_to_stop():
    event = make_event(title="Queues & co")
    follower = make_follower(event.series)
    make_wave(event)
    context = {
        "title": event.title, "starts": event.starts_at.isoformat(), "zone": event.zone,
        "place": "Space", "url": event.public_url, "number": 1,
    }  # fmt: skip
    delivery = make_delivery(
        template="mailings/invitation",
        context=context,
        message_class="promotional",
        contact=follower.member.contact,
        realm=event.series.realm,
    )

    lines = letter_of(delivery).split("\n")

    assert lines[0].startswith("Queues & co, ")
    assert lines[1:] == ["Space", event.public_url, f"Stop: {delivery.unsubscribe_url}"]
    assert letter_of(delivery, short_text).split("\n")[0] == lines[0]


def test_the_gateway_is_one_address():
    route = sms_route("twilio://AC1:se%2Fcret@api.twilio.com/?from=%2B375170000000")
    assert route == ("twilio", "https://api.twilio.com", "AC1", "se/cret", "+375170000000")
    assert sms_route("twilio+http://a:b@127.0.0.1:8025/x/?from=MG1").base == (
        "http://127.0.0.1:8025/x"
    )
    assert sms_route("").provider == ""


@pytest.mark.parametrize(
    "url", ["twilio://api.twilio.com/", "sms://a:b@c/?from=1", "twilio://a:b@c/", "x"]
)
def test_a_gateway_that_cannot_work_ends_the_start_with_a_sentence(url):
    with pytest.raises(SystemExit, match="SMS_URL must be like"):
        sms_route(url)
