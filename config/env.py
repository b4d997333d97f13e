"""The environment enters here and nowhere else; every name is listed in docs/operations.md."""

import os
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def env(name: str, default: str | None = None) -> str:
    """The variable, or the default; a start without a needed one ends with a sentence naming it."""
    value = os.environ.get(name, default)
    if value is None:
        raise SystemExit(f"{name} is not set: see docs/operations.md for what a start needs.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    """The variable as yes or no; anything else ends the start with a sentence."""
    text = env(name, str(default)).strip().lower()
    if text not in YES | NO:
        raise SystemExit(f"{name} must be 1 or 0, not {text!r}.")
    return text in YES


def env_url(name: str, *schemes: str) -> str:
    """The variable as an address of one of these kinds; anything else ends the start."""
    url = env(name)
    if urlsplit(url).scheme not in schemes:
        raise SystemExit(f"{name} must begin with {' or '.join(f'{s}://' for s in schemes)}.")
    return url


def env_number(name: str, default: float) -> float:
    """The variable as a number above zero; anything else ends the start with a sentence."""
    text = env(name, str(default))
    try:
        number = float(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise SystemExit(f"{name} must be a number above zero, not {text!r}.")
    return number


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


class MailRoute(NamedTuple):
    """How mail leaves: the transport and what it needs to know."""

    transport: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False
    anymail_backend: str = ""
    anymail: dict[str, str] = {}


SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def mail_route(url: str) -> MailRoute:
    """The route of EMAIL_URL: smtp://, smtp+tls://, smtp+ssl://, or an Anymail service by name.

    `postmark://?POSTMARK_SERVER_TOKEN=…` sends through anymail.backends.postmark. An empty
    address sends nothing and keeps every mail to look at.
    """
    parts = urlsplit(url)
    if not url:
        return MailRoute("outbox.kept.KeptTransport")
    if parts.scheme in SMTP_PORTS:
        return MailRoute(
            "outbox.smtp.SmtpTransport",
            host=parts.hostname or "localhost",
            port=parts.port or SMTP_PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            use_tls=parts.scheme == "smtp+tls",
            use_ssl=parts.scheme == "smtp+ssl",
        )
    if not parts.scheme.isidentifier() or not find_spec(f"anymail.backends.{parts.scheme}"):
        raise SystemExit("EMAIL_URL must begin with smtp://, smtp+tls:// or an Anymail service.")
    return MailRoute(
        "outbox.esp.AnymailTransport",
        anymail_backend=f"anymail.backends.{parts.scheme}.EmailBackend",
        anymail=dict(parse_qsl(parts.query)),
    )


class SmsRoute(NamedTuple):
    """The gateway that text messages leave by; an empty provider means there is none."""

    provider: str = ""
    base: str = ""
    account: str = ""
    token: str = ""
    sender: str = ""


SMS_SCHEMES = {"twilio": "https", "twilio+http": "http"}


def sms_route(url: str) -> SmsRoute:
    """The gateway of SMS_URL, `twilio://account:token@api.twilio.com/?from=%2B375…`.

    `twilio+http://` is for a stand-in on this machine: the token travels readable.
    """
    if not url:
        return SmsRoute()
    parts = urlsplit(url)
    sender = dict(parse_qsl(parts.query)).get("from", "")
    if parts.scheme not in SMS_SCHEMES or not (parts.username and parts.password and sender):
        raise SystemExit("SMS_URL must be like twilio://account:token@api.twilio.com/?from=%2B375…")
    host = parts.netloc.rpartition("@")[2]
    return SmsRoute(
        provider="twilio",
        base=f"{SMS_SCHEMES[parts.scheme]}://{host}{parts.path.rstrip('/')}",
        account=unquote(parts.username),
        token=unquote(parts.password),
        sender=sender,
    )
