"""SMTP that knows how far it came.

One connection carries many messages. `offer` asks everything that can be asked before the message
leaves, so that any failure in it is surely "not taken". After the go-ahead for the message every
answer that does not come makes the fate unclear.

Where the server takes commands in one go (PIPELINING, RFC 2920), MAIL and RCPT share a write, and
those of the next message follow the final dot of the one before. Their answers are read when the
next message is offered, so that each is booked on its own message.
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

    @property
    def mail(self) -> bytes:
        return f"MAIL FROM:<{self.sender}>\r\n".encode()

    @property
    def rcpt(self) -> bytes:
        return f"RCPT TO:<{self.recipient}>\r\n".encode()


def on_the_wire(message: bytes) -> bytes:
    """With leading dots doubled and the final dot (RFC 5321 4.5.2)."""
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"


class SmtpTransport:
    """Hands messages to the server of EMAIL_URL."""

    def __init__(self) -> None:
        self._line: smtplib.SMTP | None = None
        self._pipelines = False
        self._asked: Parcel | None = None  # whose MAIL (and RCPT, in one go) is on its way
        self._following: Parcel | None = None
        self._unheard = 0  # answers that are still to come
        self._offered_at = 0.0
        self._patience = _patience("", PATIENCE)
        self._patience_after_dot = _patience("AFTER_DOT", PATIENCE_AFTER_DOT)

    def pack(self, delivery: Delivery, letter: Letter) -> Parcel:
        """Raises ValueError for an address or header that cannot stand in a mail."""
        delivery.address = _recipient(delivery.address)
        content = on_the_wire(mime.assemble(delivery, letter))
        return Parcel(letter.subject, mime.our_address(), delivery.address, content)

    def offer(self, parcel: Parcel) -> None:
        """MAIL and RCPT; a line that died since its last message is opened anew, once."""
        self._following = None
        if self._asked is not None and self._asked is not parcel:
            self.take_back()
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
            self._asked = None
            while self._unheard:
                self._heard("rset")
            self._said("rset", "RSET")

    def announce(self, parcel: Parcel) -> None:
        """MAIL and RCPT of this message may leave with the final dot of the one before it."""
        self._following = parcel if self._pipelines else None

    def hand_over(self, parcel: Parcel) -> Receipt:
        """DATA and the message; what is not answered after the go-ahead stays unclear."""
        code, text = self._said("data", "DATA")
        if code != 354:
            self._not_taken("data", code, text)
        if time.monotonic() - self._offered_at > settings.LEASE_SECONDS:
            # We were asleep: the row may be somebody else's by now, so not a byte of it leaves.
            self._drop()
            raise TryLater("data", "The sender slept past its lease.", line=True)
        code, text = self._content(parcel)
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
            self._pipelines = self._line.has_extn("pipelining")
        if self._asked is None:
            self._ask(parcel)
        code, text = self._heard("mail")
        if code // 100 != 2:
            self.take_back()
            # A refused sender is our own fault, the same for every message: never final.
            raise TryLater("mail", text, code, line=code < 500)

    def _rcpt(self, parcel: Parcel) -> None:
        self._asked = None
        if not self._pipelines:
            self._tell("rcpt", parcel.rcpt)
        code, text = self._heard("rcpt")
        if code // 100 != 2:
            self.take_back()
            self._not_taken("rcpt", code, text)

    def _ask(self, parcel: Parcel) -> None:
        if self._pipelines:
            self._tell("mail", parcel.mail + parcel.rcpt, answers=2)
        else:
            self._tell("mail", parcel.mail)
        self._asked = parcel

    def _opened(self) -> smtplib.SMTP:
        try:
            return _greeted()
        except smtplib.SMTPResponseException as refusal:
            raise NoLine("connect", _words(refusal.smtp_error), refusal.smtp_code) from refusal
        except (smtplib.SMTPException, OSError) as fault:
            raise NoLine("connect", _named(fault)) from fault

    def _said(self, phase: str, command: str) -> tuple[int, str]:
        """The answer to a command that can be repeated without harm."""
        self._tell(phase, f"{command}\r\n".encode())
        return self._heard(phase)

    def _tell(self, phase: str, commands: bytes, answers: int = 1) -> None:
        if self._line is None:
            raise TryLater(phase, "The line is closed.", line=True)
        try:
            self._line.send(commands)
        except (smtplib.SMTPException, OSError) as fault:
            self._drop()
            raise TryLater(phase, _named(fault), line=True) from fault
        self._unheard += answers

    def _heard(self, phase: str) -> tuple[int, str]:
        if self._line is None:
            raise TryLater(phase, "The line is closed.", line=True)
        try:
            code, text = self._line.getreply()
            self._unheard -= 1
        except (smtplib.SMTPException, OSError) as fault:
            self._drop()
            raise TryLater(phase, _named(fault), line=True) from fault
        if code == BUSY:
            self._drop()
            raise TryLater(phase, _words(text), code, line=True)
        return code, _words(text)

    def _content(self, parcel: Parcel) -> tuple[int, str]:
        line = self._line
        if line is None or line.sock is None:
            raise TryLater("data", "The line is closed.", line=True)
        following, self._following = self._following, None
        ahead = following.mail + following.rcpt if following else b""
        try:
            line.sock.settimeout(self._patience_after_dot)
            line.send(parcel.content + ahead)
            code, text = line.getreply()
            line.sock.settimeout(self._patience)
        except (smtplib.SMTPException, OSError) as fault:
            self._drop()
            raise Unclear("dot", _named(fault)) from fault
        if ahead:
            self._asked, self._unheard = following, 2
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
        self._asked = self._following = None
        self._unheard = 0
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
