"""The environment enters here and nowhere else; every name is listed in docs/operations.md."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit


def env(name: str, default: str | None = None) -> str:
    """The variable, or the default; a start without a needed one ends with a sentence naming it."""
    value = os.environ.get(name, default)
    if value is None:
        raise SystemExit(f"{name} is not set: see docs/operations.md for what a start needs.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    return env(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


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


def mail_settings(url: str) -> dict[str, object]:
    """Settings for EMAIL_URL: smtp://, smtp+tls://, smtp+ssl://, or an Anymail service by name.

    `postmark://?POSTMARK_SERVER_TOKEN=…` sends through anymail.backends.postmark. An empty
    address sends nothing and keeps every mail to look at.
    """
    parts = urlsplit(url)
    if not url:
        return {"OUTBOX_TRANSPORT": "outbox.kept.KeptTransport"}
    if parts.scheme.partition("+")[0] == "smtp":
        return {
            "OUTBOX_TRANSPORT": "outbox.smtp.SmtpTransport",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or {"smtp+ssl": 465, "smtp+tls": 587}.get(parts.scheme, 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
            "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
        }
    return {
        "OUTBOX_TRANSPORT": "outbox.esp.AnymailTransport",
        "OUTBOX_ANYMAIL_BACKEND": f"anymail.backends.{parts.scheme}.EmailBackend",
        "ANYMAIL": dict(parse_qsl(parts.query)),
    }
