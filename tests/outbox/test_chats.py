"""What people write to the bot: who presses Start is written to there, /stop ends it."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbox.models import Suppression
from outbox.telegram import hook_secrets, link_for
from outbox.ways import open_ways, way_to
from people.models import Contact
from tests.builders import make_contact
from tests.gateways import BotApi, running
from tests.outbox.conftest import make_delivery, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bot(settings):
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "1:x", "thursday_bot"


def write(client, text, chat=700, kind="private", secret=""):
    update = {"update_id": 1, "message": {"chat": {"id": chat, "type": kind}, "text": text}}
    return post(client, json.dumps(update), secret)


def post(client, body, secret=""):
    return client.post(
        "/hooks/telegram/",
        body,
        content_type="application/json",
        headers={"X-Telegram-Bot-Api-Secret-Token": secret or hook_secrets()[0]},
    )


def token_in(link: str) -> str:
    return parse_qs(urlsplit(link).query)["start"][0]


def test_the_link_of_a_person_brings_her_messages_to_her_chat(client):
    ada, other = make_contact("ada@example.org"), make_contact()
    link = link_for(ada)
    assert link.startswith("https://t.me/thursday_bot?start=")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", token_in(link))  # what Telegram takes

    answer = write(client, f"/start {token_in(link)}")

    assert answer.status_code == 200
    assert answer.json()["method"] == "sendMessage"
    assert (answer.json()["chat_id"], "come here now" in answer.json()["text"]) == (700, True)
    assert way_to(Contact.objects.get(pk=ada.pk)) == ("messenger", "700")
    assert way_to(Contact.objects.get(pk=other.pk)) == ("email", other.email)


def test_even_the_largest_number_of_a_person_fits_into_the_link():
    assert len(token_in(link_for(Contact(pk=2**63 - 1)))) <= 64


def test_a_link_is_good_for_a_week(client):
    ada = make_contact()
    token = token_in(link_for(ada))

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        answer = write(client, f"/start {token}")

    assert "open the link" in answer.json()["text"]
    assert Contact.objects.get().channel == "email"


@pytest.mark.parametrize("token", ["", "x", "A" * 64, "Ω" * 30, "%s\x00", "." * 22])
def test_a_forged_link_links_nobody(client, token):
    make_contact()
    assert write(client, f"/start {token}").status_code == 200
    assert Contact.objects.get().messenger == ""


def test_starting_again_opens_what_blocking_the_bot_had_closed(client):
    ada = make_contact()
    Suppression.objects.add_address("700", Suppression.Reason.BLOCKED)

    write(client, f"/start {token_in(link_for(ada))}")

    assert not Suppression.objects.covering("700").exists()


def test_stop_ends_it_and_what_is_about_her_seat_still_goes_out_by_mail(client):
    ada = make_contact("ada@example.org", messenger="700", channel="messenger")
    other = make_contact(messenger="701", channel="messenger")
    by_chat = {"contact": ada, "channel": "messenger", "address": "700"}
    news = make_delivery(message_class="promotional", **by_chat)
    seat = make_delivery(message_class="service", **by_chat)

    assert "nothing more here" in write(client, "/stop").json()["text"]

    ada.refresh_from_db()
    other.refresh_from_db()
    assert (ada.messenger, ada.channel, other.channel) == ("", "email", "messenger")
    assert (state_of(news), state_of(seat)) == ("cancelled", "queued")
    assert (seat.channel, seat.address) == ("email", "ada@example.org")


@pytest.mark.parametrize(
    "body",
    [
        "", "no json", "[]", "null", "[" * 30_000, "{}", '{"message": 5}', '{"message": {}}',
        '{"message": {"chat": 7, "text": "/stop"}}', '{"edited_message": {}}',
        '{"message": {"chat": {"id": "7", "type": "private"}, "text": "/stop"}}',
        '{"message": {"chat": {"id": 7, "type": "private"}, "text": {"a": 1}}}',
        '{"message": {"chat": {"id": 7, "type": "private"}, "photo": []}}',
        '{"message": {"chat": {"id": -7, "type": "group"}, "text": "/start"}}',
        '{"message": {"chat": {"id": 1e400, "type": "private"}, "text": "/start"}}',
        '{"message": {"chat": {"id": 7, "type": "private"}, "text": "Hello, bot"}}',
        '{"message": {"chat": {"id": 7, "type": "private"}, "text": "/startled"}}',
    ],
)  # fmt: skip
def test_everything_else_is_taken_and_forgotten(client, body):
    make_contact(messenger="7", channel="messenger")
    answer = post(client, body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert Contact.objects.get().messenger == "7"


def test_only_telegram_is_heard(client, settings):
    ada = make_contact()
    start = f"/start {token_in(link_for(ada))}"

    assert write(client, start, secret="guess").status_code == 403
    assert write(client, start, secret="Ω".encode().decode("latin-1")).status_code == 403
    assert post(client, "x" * 70_000).status_code == 413
    assert client.get("/hooks/telegram/").status_code == 405
    settings.TELEGRAM_BOT_TOKEN = ""
    assert write(client, start, secret="x").status_code == 404
    assert Contact.objects.get().messenger == ""


def test_links_and_the_door_outlive_a_new_secret_key(client, settings):
    ada = make_contact()
    start, secret = f"/start {token_in(link_for(ada))}", hook_secrets()[0]
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60

    assert write(client, start, secret=secret).status_code == 200

    assert Contact.objects.get().messenger == "700"


def test_without_a_bot_there_is_no_link_and_no_channel(settings):
    assert "messenger" in open_ways()
    settings.TELEGRAM_BOT_TOKEN = ""
    ada = make_contact(messenger="700", channel="messenger")
    assert link_for(ada) == ""
    assert way_to(ada) == ("email", ada.email)


def test_a_call_is_never_chosen_and_a_missing_number_means_mail(settings):
    settings.SMS_PROVIDER = "twilio"
    phone = "+375291234567"
    assert way_to(make_contact(phone=phone, channel="sms")) == ("sms", phone)
    for channel, number in [("voice", phone), ("sms", "")]:
        contact = make_contact(phone=number, channel=channel)
        assert way_to(contact) == ("email", contact.email)


def test_telegram_is_told_where_our_door_is(settings, capsys):
    with running(BotApi()) as server:
        settings.TELEGRAM_API_URL = server.url
        call_command("connect_telegram")
        [(path, _headers, said)] = server.asked
        assert path == "/bot1:x/setWebhook"
        assert said["url"] == "http://testserver/hooks/telegram/"
        assert said["secret_token"] == hook_secrets()[0]
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", said["secret_token"])

        server.refuse(401, "Unauthorized")
        with pytest.raises(CommandError, match="Unauthorized"):
            call_command("connect_telegram")
    assert "Webhook was set" in capsys.readouterr().out


def test_connecting_without_a_bot_says_what_is_missing(settings):
    settings.TELEGRAM_BOT_TOKEN = ""
    with pytest.raises(CommandError, match="TELEGRAM_BOT_TOKEN"):
        call_command("connect_telegram")
