"""SMTP that knows how far it came (reliability.md §4.2, step 5; measured in M5).

One connection carries many messages. `offer` asks everything that can be asked before the message
leaves, so that any failure in it is surely "not taken". After the go-ahead for the message every
answer that does not come makes the fate unclear.
"""

import contextlib
import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError

from outbox import mime
from outbox.drafts import mail_host
from outbox.letters import Letter
from outbox.models import Delivery
from outbox.transport import NoLine, Receipt, Refused, TryLater, Unclear
from people.models import normalized_email

PATIENCE = 30  # seconds for every answer but the last
PATIENCE_AFTER_DOT = 600  # RFC 5321 4.5.3.2.6; less would send mail twice
PATIENCE_FOR_GOODBYE = 2
# What needs no closer look; everything else gets one.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9][a-z0-9_+-]*(\.[a-z0-9_+-]+)*@([a-z0-9]+[.-])+[a-z]{2,18}", re.ASCII
)
BUSY = 421  # "closing the connection", whenever it is said


@dataclass(frozen=True)
class Parcel:
    """A message ready for the wire."""

    subject: str
    sender: str
    recipient: str
    content: bytes


def on_the_wire(message: bytes) -> bytes:
    """With leading dots doubled and the final dot (RFC 5321 4.5.2)."""
    return re.sub(rb"^\.", b"..", message, flags=re.MULTILINE) + b".\r\n"


class SmtpTransport:
    """Hands messages to the server of EMAIL_URL."""

    def __init__(self) -> None:
        self._line: smtplib.SMTP | None = None
        self._offered_at = 0.0

    def pack(self, delivery: Delivery, letter: Letter) -> Parcel:
        """Raises ValueError for an address or header that cannot stand in a mail."""
        delivery.address = _recipient(delivery.address)
        content = on_the_wire(mime.assemble(delivery, letter))
        return Parcel(letter.subject, mime.our_address(), delivery.address, content)

    def offer(self, parcel: Parcel) -> None:
        """MAIL and RCPT; a line that died since its last message is opened anew, once."""
        used_before = self._line is not None
        try:
            self._mail(parcel)
        except TryLater:
            if not used_before or self._line is not None:
                raise
            self._mail(parcel)
        self._rcpt(parcel)
        self._offered_at = time.monotonic()

    def take_back(self) -> None:
        with contextlib.suppress(TryLater):
            self._said("rset", "RSET")

    def hand_over(self, parcel: Parcel) -> Receipt:
        """DATA and the message; what is not answered after the go-ahead stays unclear."""
        code, text = self._said("data", "DATA")
        if code != 354:
            self._not_taken("data", code, text)
        if time.monotonic() - self._offered_at > settings.LEASE_SECONDS:
            # We were asleep: the row may be somebody else's by now, so not a byte of it leaves.
            self._drop()
            raise TryLater("data", "The sender slept past its lease.", line=True)
        code, text = self._content(parcel.content)
        if code // 100 != 2:
            self._not_taken("dot", code, text)
        return Receipt(code=code, text=text)

    def close(self) -> None:
        """QUIT; the answer is of no interest, so a server that never gives it costs two seconds."""
        if self._line is None or self._line.sock is None:
            return
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._line.sock.settimeout(PATIENCE_FOR_GOODBYE)
            self._line.putcmd("QUIT")
            self._line.sock.recv(512)
        self._drop()

    def _mail(self, parcel: Parcel) -> None:
        if self._line is None:
            self._line = self._opened()
        code, text = self._said("mail", f"MAIL FROM:<{parcel.sender}>")
        if code // 100 != 2:
            self.take_back()
            # A refused sender is our own fault, the same for every message: never final.
            raise TryLater("mail", text, code, line=code < 500)

    def _rcpt(self, parcel: Parcel) -> None:
        code, text = self._said("rcpt", f"RCPT TO:<{parcel.recipient}>")
        if code // 100 != 2:
            self.take_back()
            self._not_taken("rcpt", code, text)

    def _opened(self) -> smtplib.SMTP:
        try:
            return _greeted()
        except smtplib.SMTPResponseException as refusal:
            raise NoLine("connect", _words(refusal.smtp_error), refusal.smtp_code) from refusal
        except (smtplib.SMTPException, OSError) as fault:
            raise NoLine("connect", _named(fault)) from fault

    def _said(self, phase: str, command: str) -> tuple[int, str]:
        """The answer to a command that can be repeated without harm."""
        if self._line is None:
            raise TryLater(phase, "The line is closed.", line=True)
        try:
            self._line.putcmd(command)
            code, text = self._line.getreply()
        except (smtplib.SMTPException, OSError) as fault:
            self._drop()
            raise TryLater(phase, _named(fault), line=True) from fault
        if code == BUSY:
            self._drop()
            raise TryLater(phase, _words(text), code, line=True)
        return code, _words(text)

    def _content(self, content: bytes) -> tuple[int, str]:
        line = self._line
        if line is None or line.sock is None:
            raise TryLater("data", "The line is closed.", line=True)
        try:
            line.sock.settimeout(_patience("AFTER_DOT", PATIENCE_AFTER_DOT))
            line.send(content)
            code, text = line.getreply()
            line.sock.settimeout(_patience("", PATIENCE))
        except (smtplib.SMTPException, OSError) as fault:
            self._drop()
            raise Unclear("dot", _named(fault)) from fault
        return code, _words(text)

    def _not_taken(self, phase: str, code: int, text: str) -> NoReturn:
        if code == BUSY:
            self._drop()
        if 400 <= code < 500:
            raise TryLater(phase, text, code, line=code == BUSY)
        if 500 <= code < 600:
            raise Refused(phase, text, code)
        self._drop()
        raise Unclear(phase, text, code)

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _recipient(address: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    try:
        return normalized_email(address)
    except ValidationError as error:
        raise ValueError(f"{address!r} is no e-mail address.") from error


def _greeted() -> smtplib.SMTP:
    """A new connection, encrypted and signed in as the settings say."""
    where = (settings.EMAIL_HOST, settings.EMAIL_PORT)
    # Our name is known; smtplib would ask the name server for it.
    how: dict[str, Any] = {"local_hostname": mail_host(), "timeout": _patience("", PATIENCE)}
    line: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        line = smtplib.SMTP_SSL(*where, context=ssl.create_default_context(), **how)
    else:
        line = smtplib.SMTP(*where, **how)
    try:
        if settings.EMAIL_USE_TLS:
            line.starttls(context=ssl.create_default_context())
        line.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            line.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (smtplib.SMTPException, OSError):
        line.close()
        raise
    return line


def _patience(which: str, default: float) -> float:
    name = f"OUTBOX_SMTP_TIMEOUT_{which}".rstrip("_")
    return float(getattr(settings, name, default))


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _named(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"
