"""Senseless, broken and hostile requests at every public address: never an answer of 5xx (T57)."""

import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from config.wsgi import application
from outbox.models import Heartbeat
from tests.builders import make_event, make_registration, make_series, make_talk
from tests.urls import addresses

pytestmark = pytest.mark.django_db

# What PostgreSQL, Python or a browser stumbles over, as it stands in a path or a query.
BYTES = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    "%C0%80",
    "%E2%80%AE%D0%BF",
    "%F0%9F%8E%89" * 50,
    "%0D%0ASet-Cookie:%20a=b",
    "..%2F..%2Fetc%2Fpasswd",
    "%7B%7B7*7%7D%7D",
    "'%20OR%20'1'='1",
    "%25%35%30",
    "\\",
    "x" * 3000,
]
QUERIES = [
    *[f"q={text}&from={text}&page={text}&next={text}" for text in BYTES],
    "page=-1",
    "page=0",
    "page=1e9",
    "page=99999999999999999999999999",
    "page=²",
    "page[]=1",
    "q=%27%3A*%20%26%20%21",
    "q=" + "%D1%8F" * 1000,
    "&".join(f"a{number}=1" for number in range(900)),
    "=&&=%&%zz=%",
]
COOKIES = [
    'session="aaaaaaaaaaaa\\000b"; csrf="\\000"; messages="\\377\\000"',
    "session=../../../etc/passwd; messages=W10:x:y",
    "a" * 4000,
    "=;;=\xff\xfe; csrf=" + "x" * 500,
]
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def part(disposition, content):
    """A form of one field as its parts."""
    head = b"--x\r\nContent-Disposition: " + disposition
    return head + b"\r\n\r\n" + content + b"\r\n--x--\r\n"


BODIES = [
    (FORM, b"name=a%00b&email=a%00@x.org&mode=%00&consent=%00&website="),
    (FORM, b"name=%ED%A0%80&email=%ED%A0%80@x.org"),
    (FORM, b"name=%E2%80%AEevil&email=%E2%80%AE@x.org"),
    (FORM, b"name=\xff\xfe&email=\xff"),
    (FORM, b"name=" + b"a" * 1_000_000 + b"&email=b@x.org"),
    (FORM, b"name=a&email=" + b"a" * 1_000_000 + b"@x.org"),
    (FORM, b"email=" + b"@" * 100_000),
    (FORM, b"a" * 3_000_000),
    (FORM, b"&".join(b"f%d=1" % number for number in range(5000))),
    (FORM, b"name=a&email=a@x.org&mode=roof&mode=&consent=maybe"),
    (FORM, b"%%%=%&&&==&%zz"),
    (FORM, b""),
    (FORM + "; charset=utf-7", b"name=+ADw-script+AD4-"),
    ("multipart/form-data", b"name=a"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    (PARTS, b"--x\r\nContent-Disposition: form-data; name\r\n\r\n"),
    (PARTS, part(b'form-data; name="email"; filename="\x00/../a"', b"a")),
    (PARTS, part(b'form-data; name="email"\r\nContent-Transfer-Encoding: base64', b"!!!")),
    (PARTS, part(b"form-data; name*=utf-8''%00%ff; filename*=hex'x'y", b"a")),
    ("application/json", b"[" * 100_000),
    ("application/json", b'{"id": 1e999, "event": [], "message_id": null, "at": "0000-00-00"}'),
    ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    ("", b"\x00\x01\x02"),
    ("x" * 5000, b"x"),
]  # fmt: skip
METHODS = [
    "HEAD",
    "OPTIONS",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "\xff",
]
HEADERS = [
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000 + ",;q=\x00"},
    {"HTTP_ACCEPT_LANGUAGE": "\x00,../../etc;q=9"},
    {"HTTP_IF_NONE_MATCH": '"' * 1000},
    {"HTTP_IF_MODIFIED_SINCE": "Thu, 99 Foo 99999 99:99:99"},
    {"HTTP_REFERER": "http://[::1"},
    {"HTTP_ORIGIN": "null", "HTTP_REFERER": "javascript:alert(1)"},
    {"HTTP_RANGE": "bytes=-1-,9-"},
    {"HTTP_X_FORWARDED_FOR": "\x00, 999.999.999.999", "HTTP_X_FORWARDED_PROTO": "gopher"},
    {"HTTP_AUTHORIZATION": "Basic \xff\xff"},
    {"HTTP_USER_AGENT": "\x00\xff" * 1000},
    {"HTTP_X_SIGNATURE": "\xff\u2603"},
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "testserver:99999"},
    {"HTTP_HOST": "test\x00server"},
    {"HTTP_HOST": ""},
]


@pytest.fixture(autouse=True)
def running_house(db):
    """Its scheduler is alive, also while a busy machine takes long for thousands of requests:
    without one /readyz says 503 five minutes after the start."""
    Heartbeat.objects.beat("tick")
    Heartbeat.objects.update(at=timezone.now() + timedelta(hours=1))


@pytest.fixture
def paths():
    cache.clear()
    event = make_event(make_series(slug="x"), slug="x", mode="both", capacity=1)
    make_talk(event, slug="x")
    seat = make_registration(event, mode="onsite")
    return addresses(
        slug="x", token=seat.token, code=seat.ticket,
        pk=uuid.uuid4(), name="mailgun", uidb36="1", key="x-y",
    )  # fmt: skip


@pytest.fixture
def ask():
    """Sends requests past every check of the test client; notes those that were answered 5xx."""
    client = Client(raise_request_exception=False)
    failed = []

    def ask(path, method="GET", **how):
        body, kind = how.pop("body", b""), how.pop("kind", FORM)
        answer = client.generic(method, path, body, content_type=kind, **how)
        if answer.status_code >= 500:
            failed.append((answer.status_code, method, path[:80], kind[:60], body[:60], how))
        return answer.status_code

    yield ask
    assert failed == []


def test_every_address_answers_a_plain_request(paths, ask):
    assert {ask(path) for path in paths} <= {200, 302, 403, 404, 405}
    assert len(paths) > 40


def test_no_part_of_a_path_breaks_an_address(ask):
    parts = dict.fromkeys(["slug", "token", "code", "pk", "name", "uidb36", "key"])
    for text in [*BYTES, "-1", "9" * 40, "0", " ", "..", "."]:
        for path in addresses(**dict.fromkeys(parts, text)):
            ask(path)
        ask(f"/{text}")
        ask(f"/{text}/")


def test_no_query_breaks_an_address(paths, ask):
    for path in paths:
        for query in QUERIES:
            ask(f"{path}?{query}")


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_no_body_breaks_an_address(paths, ask, kind, body):
    for path in paths:
        ask(path, "POST", kind=kind, body=body)


def test_no_body_breaks_a_page_that_is_only_read(paths, ask):
    for path in paths:
        for kind, body in BODIES[-20:]:
            ask(f"{path}?q=a", kind=kind, body=body)


def test_no_method_breaks_an_address(paths, ask):
    for path in paths:
        for method in METHODS:
            ask(path, method)


def test_no_header_breaks_an_address(paths, ask):
    for path in paths:
        for header in HEADERS:
            ask(path, **header)


def test_no_cookie_breaks_an_address(paths, ask):
    for path in paths:
        for cookie in COOKIES:
            ask(path, HTTP_COOKIE=cookie)
            ask(path, "POST", HTTP_COOKIE=cookie)


@pytest.mark.parametrize("charset", ["hex", "undefined", "idna", "utf-7", "utf-16", "x" * 5000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_charset_breaks_the_server_itself(paths, charset, method):
    """Django reads the query in the charset of the body, before any of our code runs."""
    kind = f"{FORM}; charset={charset}"
    environ = RequestFactory().generic(method, "/robots.txt?q=a", "q=a").environ
    environ["CONTENT_TYPE"] = kind
    began = []
    b"".join(application(environ, lambda status, headers: began.append(status)))
    assert [int(status[:3]) < 500 for status in began] == [True]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/events/nowhere/", 404),
        ("/events/nowhere/register/", 404),
        ("/events/nowhere.ics", 404),
        ("/series/nowhere/", 404),
        ("/series/nowhere/archive/", 404),
        ("/series/x/archive/?page=99999999999", 404),
        ("/series/x/archive/?page=-1", 404),
        ("/talks/nowhere/", 404),
        ("/registrations/aaaaaaaaaaaaaaaaaaaaaa/", 404),
        ("/registrations/aaaaaaaaaaaaaaaaaaaaaa/cancel/", 404),
        ("/registrations/short/", 404),
        ("/registrations/aaaaaaaaaaaaaaaaaaaaaaa/", 404),
        ("/registrations/%00aaaaaaaaaaaaaaaaaaaaa/", 400),
        ("/events/x/register/?from=%00", 400),
        ("/events/x%00/", 400),
        ("/pictures/00000000-0000-0000-0000-000000000000.jpg", 404),
        ("/hooks/mail/plain/", 405),
        ("/hooks/mail/nobody/", 404),
    ],
)
def test_what_is_not_there_has_its_answer(paths, ask, path, status):
    assert ask(path) == status


def test_no_broken_body_breaks_the_page_that_says_there_is_none():
    """A browser that has been here once sends its cookie, and Django asks it for a token."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies["csrf"] = "a" * 32
    for path in ("/nowhere/", "/hooks/mail/nobody/"):
        answer = browser.generic("POST", path, b"x", content_type="multipart/form-data")
        assert answer.status_code == 404


def test_a_draft_is_not_there(ask):
    make_event(slug="secret", status="draft")
    for path in ("", "register/"):
        assert ask(f"/events/secret/{path}") == 404
    assert ask("/events/secret.ics") == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_the_form_for_a_seat_knows_two_verbs(paths, ask, method):
    assert ask("/events/x/register/", method) == 405
