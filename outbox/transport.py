"""What a way out must be able to do, and the three things that can go wrong on it."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from outbox.letters import Letter
from outbox.models import Delivery


@dataclass(frozen=True)
class Receipt:
    """The other side took the message."""

    code: int = 250
    text: str = ""
    provider_id: str = ""


class NotTaken(Exception):
    """A message did not get through; `phase` is how far it came, `text` what was said."""

    def __init__(self, phase: str, text: str, code: int | None = None) -> None:
        super().__init__(f"{phase}: {code or ''} {text}")
        self.phase = phase
        self.code = code
        self.text = text


class TryLater(NotTaken):
    """Surely not taken: another try cannot double it. `line`: the way there is the reason.

    `after`: seconds for which the other side asked to be left alone.
    """

    def __init__(
        self,
        phase: str,
        text: str,
        code: int | None = None,
        *,
        line: bool = False,
        after: float = 0,
    ) -> None:
        super().__init__(phase, text, code)
        self.line = line
        self.after = after


class NoLine(TryLater):
    """Nobody could be reached at all; says nothing about the message."""

    def __init__(self, phase: str, text: str, code: int | None = None) -> None:
        super().__init__(phase, text, code, line=True)


class Refused(NotTaken):
    """Surely not taken, and another try would be refused as well."""


class Unclear(NotTaken):
    """Perhaps taken, perhaps not: trying again could double it."""


class Transport(Protocol):
    """The two halves around the hand-over commit; every method may raise NotTaken.

    A transport that has `announce(parcel)` is told which message comes after the one that it is
    about to hand over, and may offer it along. What becomes of that is said when it is offered.
    """

    def pack(self, delivery: Delivery, letter: Letter) -> Any:
        """The message in this transport's form; a message that cannot be sent raises here."""

    def offer(self, parcel: Any) -> None:
        """Everything that can be asked before the message itself leaves."""

    def take_back(self) -> None:
        """Forget the offer: the hand-over was denied."""

    def hand_over(self, parcel: Any) -> Receipt:
        """The message itself, right after the hand-over commit."""

    def close(self) -> None:
        """Let go of any connection, within two seconds."""


def configured(channel: str = "email") -> Transport:
    """The transport of this channel, as settings.OUTBOX_TRANSPORT or OUTBOX_TRANSPORTS name it."""
    named = settings.OUTBOX_TRANSPORTS.get(channel, settings.OUTBOX_TRANSPORT)
    transport: Transport = import_string(named)()
    return transport
