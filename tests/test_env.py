"""A start with a variable that makes no sense ends with one sentence that names it."""

import pytest

from config.env import env, env_bool, env_number, env_url, mail_route


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, env),
        ("maybe", env_bool),
        ("0", lambda name: env_number(name, 1)),
        ("soon", lambda name: env_number(name, 1)),
        ("sqlite:///x", lambda name: env_url(name, "postgres", "postgresql")),
        ("foo", lambda name: env_url(name, "http", "https")),
    ],
)
def test_a_start_ends_with_a_sentence_naming_the_variable(monkeypatch, value, read):
    monkeypatch.delenv("SOMETHING", raising=False)
    if value is not None:
        monkeypatch.setenv("SOMETHING", value)
    with pytest.raises(SystemExit, match="^SOMETHING .*[.]$"):
        read("SOMETHING")


@pytest.mark.parametrize("url", ["nope://x", "postmark", "ftp://x", "a.b://x"])
def test_a_way_to_send_that_nobody_knows_ends_the_start(url):
    with pytest.raises(SystemExit, match="^EMAIL_URL must begin with"):
        mail_route(url)


def test_mail_goes_by_smtp_with_the_ports_of_rfc_8314_and_6409():
    plain = mail_route("smtp://user:p%40ss@mail.example.org:2525")
    assert (plain.host, plain.port, plain.user, plain.password) == (
        "mail.example.org", 2525, "user", "p@ss"
    )  # fmt: skip
    assert mail_route("smtp+tls://mail.example.org").port == 587
    assert mail_route("smtp+ssl://mail.example.org").port == 465


def test_a_mail_service_is_named_with_its_keys():
    route = mail_route("postmark://?POSTMARK_SERVER_TOKEN=abc")
    assert route.anymail_backend == "anymail.backends.postmark.EmailBackend"
    assert route.anymail == {"POSTMARK_SERVER_TOKEN": "abc"}
