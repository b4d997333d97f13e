"""A letter as the bytes that leave (RFC 5322, 2045, 8058).

Written by hand because the standard library needs a millisecond for it, more than everything else
a message costs; a test reads the result back with the standard library's own parser.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from outbox.letters import Attachment, Letter, one_line
from outbox.models import Delivery

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def headers(delivery: Delivery, letter: Letter) -> dict[str, str]:
    """The header lines as plain text; a line break in any of them raises ValueError."""
    facts = delivery.facts()
    lines = {
        "From": sender(facts),
        "To": delivery.address,
        "Subject": letter.subject,
        "Date": _date(timezone.now().replace(microsecond=0)),
        "Message-ID": delivery.message_id,
        "X-Outbox-ID": str(delivery.pk),
        "Auto-Submitted": "auto-generated",
    }
    if reply_to := facts.get("reply_to"):
        lines["Reply-To"] = reply_to
    if url := facts["unsubscribe_url"]:
        lines["List-Unsubscribe"] = f"<{url}>"
        lines["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in lines.items():
        if not value.isprintable() and _CONTROL.search(value):
            raise ValueError(f"There is a line break or control character in {name}.")
    return lines


@lru_cache(maxsize=1)
def _date(now: datetime) -> str:
    return format_datetime(now)


def sender(facts: dict[str, Any]) -> str:
    """The From line: our address, under the series' name where the facts give one."""
    return _signed(str(facts.get("from_name") or ""), settings.DEFAULT_FROM_EMAIL)


def our_address() -> str:
    """The bare address that all mail comes from."""
    return _bare(settings.DEFAULT_FROM_EMAIL)


@lru_cache
def _bare(ours: str) -> str:
    return parseaddr(ours)[1]


@lru_cache
def _signed(name: str, ours: str) -> str:
    our_name, address = parseaddr(ours)
    quoted = re.sub(r'[\\"]', "", one_line(name or our_name))
    return f'"{quoted}" <{address}>' if quoted else address


def assemble(delivery: Delivery, letter: Letter) -> bytes:
    """The whole message with CRLF line ends."""
    top = "".join(_line(name, value) for name, value in headers(delivery, letter).items())
    mark = f"=_{delivery.pk.hex}"  # can stand in neither quoted-printable nor base64
    body = _multipart("alternative", f"{mark}_a", [_text(letter.text), _text(letter.html, "html")])
    if letter.attachments:
        body = _multipart("mixed", f"{mark}_m", [body, *map(_attachment, letter.attachments)])
    return f"{top}MIME-Version: 1.0\r\n{body}".encode()


def _line(name: str, value: str) -> str:
    return f"{name}: {value}\r\n" if value.isascii() else _encoded_line(name, value)


@lru_cache
def _encoded_line(name: str, value: str) -> str:
    words, address = value, ""
    if name == "From":
        quoted, _space, address = value.rpartition(" ")
        words, address = quoted.strip('"'), f" {address}"
    encoded = Header(words, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{name}: {encoded}{address}\r\n"


def _multipart(kind: str, mark: str, parts: Iterable[str]) -> str:
    inside = "".join(f"--{mark}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n{inside}--{mark}--\r\n'


def _text(text: str, kind: str = "plain") -> str:
    encoding, body = _encoded(text)
    return (
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )


def _attachment(attachment: Attachment) -> str:
    name = re.sub(r"[^\w .()-]|[^\x20-\x7e]", "_", one_line(attachment.name))
    return (
        f"Content-Type: {one_line(attachment.type)}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(attachment.text.encode())}"
    )


def _encoded(text: str) -> tuple[str, str]:
    """Quoted-printable for mostly Latin text, base64 for the rest; always 7 bit."""
    if not text.isascii() and len(text.encode()) > 1.3 * len(text):
        return "base64", _base64(text.replace("\n", "\r\n").encode())
    return "quoted-printable", "\r\n".join(map(_quoted, text.split("\n")))


@lru_cache(maxsize=2000)
def _quoted(line: str) -> str:
    """One line; in a wave most of them are the same in all letters."""
    return binascii.b2a_qp(line.encode(), istext=True).decode().replace("\n", "\r\n")


def _base64(raw: bytes) -> str:
    return base64.encodebytes(raw).decode().replace("\n", "\r\n")
