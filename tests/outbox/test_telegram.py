"""Messages by a Telegram bot, against a server that speaks its interface on a real socket."""

from datetime import timedelta

import pytest

from outbox.models import Attempt, Channel, Delivery, Suppression
from outbox.tasks import send_messages
from people.models import Contact
from tests.builders import make_contact
from tests.gateways import BotApi, running
from tests.outbox.conftest import make_delivery, state_of

pytestmark = pytest.mark.django_db

TOKEN = "123456:an-open-secret"


@pytest.fixture
def bot(settings):
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = TOKEN, "thursday_bot"
    settings.OUTBOX_GATEWAY_TIMEOUT = 1
    with running(BotApi()) as server:
        settings.TELEGRAM_API_URL = server.url
        yield server


def make_chat(chat: str = "700", **fields) -> Delivery:
    contact = make_contact(messenger=chat, channel="messenger")
    return make_delivery(channel="messenger", address=chat, contact=contact, **fields)


def test_a_message_reaches_the_chat_once_as_plain_text(bot):
    delivery = make_chat("700")
    by_mail = make_delivery()

    send_messages()
    send_messages()

    assert state_of(delivery) == "sent"
    assert delivery.provider_id == "700:1"
    assert state_of(by_mail) == "sent"
    [(path, _headers, content)] = bot.asked
    assert path == f"/bot{TOKEN}/sendMessage"
    assert (content["chat_id"], content["text"]) == (700, "Hello,\n\nsee you on Thursday.")


def test_without_a_bot_nothing_leaves_and_nothing_is_lost(bot, settings):
    settings.TELEGRAM_BOT_TOKEN = ""
    delivery = make_chat()

    send_messages()

    assert (state_of(delivery), bot.asked) == ("queued", [])


@pytest.mark.parametrize(
    ("code", "words", "state", "blocked_because"),
    [
        (400, "Bad Request: chat not found", "failed", "bounce"),
        (403, "Forbidden: bot was blocked by the user", "failed", "blocked"),
        (403, "Forbidden: user is deactivated", "failed", "bounce"),
        (400, "Bad Request: message is too long", "failed", ""),
        (401, "Unauthorized", "queued", ""),
        (404, "Not Found", "queued", ""),
        (500, "Internal Server Error", "unknown", ""),
        (502, "Bad Gateway", "unknown", ""),
    ],
)
def test_what_each_refusal_means(bot, code, words, state, blocked_because):
    bot.refuse(code, words)
    delivery = make_chat("700")

    send_messages()

    assert state_of(delivery) == state
    assert len(bot.asked) == 1
    attempt = delivery.tries.get()
    assert (attempt.phase, attempt.code, attempt.text) == ("post", code, words)
    reasons = list(Suppression.objects.covering("700").values_list("reason", flat=True))
    assert reasons == ([blocked_because] if blocked_because else [])
    assert Contact.objects.get().channel == ("email" if blocked_because else "messenger")


def test_too_many_requests_wait_as_long_as_telegram_asks(bot):
    bot.refuse(429, "Too Many Requests: retry after 1000", retry_after=1000)
    delivery = make_chat()

    send_messages()

    assert state_of(delivery) == "queued"
    waits = delivery.not_before - delivery.handed_over_at
    assert timedelta(seconds=1000) <= waits < timedelta(seconds=1010)


@pytest.mark.parametrize("answer", ["drop", "silence", (200, "no json"), (200, {"ok": False})])
def test_what_is_not_answered_clearly_stays_unclear_and_is_not_repeated(bot, answer):
    bot.answer = answer
    delivery = make_chat(message_class="service")

    send_messages()
    send_messages()

    assert state_of(delivery) == "unknown"
    assert len(bot.asked) == 1


def test_a_server_that_cannot_be_reached_took_nothing(bot, settings):
    settings.TELEGRAM_API_URL = "http://127.0.0.1:1"
    delivery = make_chat()

    send_messages()

    assert state_of(delivery) == "queued"
    assert Delivery.objects.due().count() == 0


@pytest.mark.parametrize("fault", ["drop", "silence", "away"])
def test_the_bots_secret_stands_in_no_log_and_in_no_row(bot, settings, caplog, fault):
    bot.answer = fault
    if fault == "away":
        settings.TELEGRAM_API_URL = "http://127.0.0.1:1"
    delivery = make_chat()

    with caplog.at_level("INFO"):
        send_messages()

    delivery.refresh_from_db()
    said = [delivery.error, caplog.text, *Attempt.objects.values_list("text", flat=True)]
    assert delivery.error
    assert "an-open-secret" not in " ".join(said)


def test_a_blocked_chat_is_not_tried_again(bot):
    bot.refuse(403, "Forbidden: bot was blocked by the user")
    make_chat("700")
    send_messages()
    bot.answer = None
    later = make_delivery(channel="messenger", address="700")

    send_messages()

    assert (state_of(later), len(bot.asked)) == ("suppressed", 1)


def test_what_is_no_chat_fails_alone(bot):
    wrong, right = make_chat("@ada"), make_chat("701")

    send_messages()

    assert (state_of(wrong), state_of(right)) == ("failed", "sent")


def test_news_by_messenger_say_how_to_stop_them(bot):
    delivery = make_chat(message_class="promotional")

    send_messages()

    assert bot.contents[0]["text"].endswith(f"Stop: {delivery.unsubscribe_url}")


def test_a_bot_writes_no_faster_than_telegram_takes_it(bot):
    assert Channel.objects.named("messenger").rate == 25
    assert Channel.objects.named("email").rate is None
    assert Contact.objects.count() == 0
