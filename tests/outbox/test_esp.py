"""A provider's web interface, played by a local server: what each answer means for the message."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from outbox.models import Delivery
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db

TAKEN = {"MessageID": "their-id", "ErrorCode": 0, "Message": "OK", "To": "ada@example.org"}


class Provider(ThreadingHTTPServer):
    """Postmark's sending address; `answer` is a status, "drop" or "silence"."""

    daemon_threads = True
    answer: Any = 200
    body: dict = TAKEN

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts: list[dict] = []


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.posts.append(json.loads(self.rfile.read(length)))
        if self.server.answer == "silence":
            time.sleep(2)
        if isinstance(self.server.answer, str):
            self.close_connection = True
            return
        body = json.dumps(self.server.body).encode()
        self.send_response(self.server.answer)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    with Provider() as server:
        settings.OUTBOX_TRANSPORT = "outbox.esp.AnymailTransport"
        settings.OUTBOX_ANYMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "x",
            "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
            "REQUESTS_TIMEOUT": 1,
        }
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_message_goes_out_with_both_parts_and_our_marks(provider):
    delivery = make_delivery(
        address="ada@example.org",
        context={
            "subject": "A seat",
            "text": "Come.",
            "attachments": [
                {"name": "evening.ics", "type": "text/calendar; method=PUBLISH", "text": "BEGIN"}
            ],
        },
    )

    send()

    assert state_of(delivery) == "sent"
    assert delivery.provider_id == "their-id"
    (post,) = provider.posts
    assert (post["To"], post["Subject"], post["TextBody"]) == (
        "ada@example.org",
        "A seat",
        "Come.\n",
    )
    assert "Come.</p>" in post["HtmlBody"]
    assert post["Metadata"] == {"outbox_id": str(delivery.pk)}
    headers = {header["Name"]: header["Value"] for header in post["Headers"]}
    assert headers["X-Outbox-ID"] == str(delivery.pk)
    assert headers["Message-ID"] == delivery.message_id
    assert post["Attachments"][0]["Name"] == "evening.ics"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (429, "queued"),
        (503, "queued"),
        (401, "queued"),
        (400, "failed"),
        (500, "unknown"),
        (502, "unknown"),
        ("drop", "unknown"),
        ("silence", "unknown"),
    ],
)
def test_what_each_answer_means(provider, answer, state):
    provider.answer = answer
    provider.body = {"ErrorCode": 1, "Message": "no"}
    delivery = make_delivery()

    send()

    assert state_of(delivery) == state
    assert delivery.tries.get().phase == "post"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Found inactive addresses: guest@example.org. Inactive recipients are bad.", "failed"),
        ("Something about somebody.", "unknown"),
    ],
)
def test_a_recipient_the_provider_refuses_fails(provider, said, state):
    provider.answer = 422
    provider.body = {"ErrorCode": 406, "Message": said}
    delivery = make_delivery(address="guest@example.org")

    send()

    assert state_of(delivery) == state


def test_a_provider_that_cannot_be_reached_took_nothing(provider, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:1/"}
    delivery = make_delivery()

    send()

    assert state_of(delivery) == "queued"
    assert Delivery.objects.due().count() == 0


def test_the_next_message_goes_out_after_a_fault(provider):
    provider.answer = "drop"
    first = make_delivery()
    send()
    provider.answer = 200
    second = make_delivery()
    send()

    assert [state_of(first), state_of(second)] == ["unknown", "sent"]
