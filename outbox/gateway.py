"""One POST to a gateway's web interface, and what a failure of it means for the message.

Words of the HTTP library never leave this file: they carry the address asked, and with it secrets.
"""

import contextlib
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from outbox.transport import NoLine, NotTaken, Unclear

PATIENCE_TO_CONNECT, PATIENCE = 5, 30  # seconds
NO_LINE = "The gateway cannot be reached."
NO_ANSWER = "The gateway took the message and did not answer."
LONGEST_WORDS = 300


@dataclass(frozen=True)
class Note:
    """A short message ready to leave; the subject only names it in lists."""

    subject: str
    address: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What a gateway said: an empty `said` where that was no JSON object."""

    code: int
    said: dict[str, Any]
    retry_after: str = ""

    def words(self, name: str) -> str:
        return str(self.said.get(name) or "The gateway said nothing.")[:LONGEST_WORDS]


class Line:
    """One connection to a gateway, for many messages."""

    def __init__(self) -> None:
        self._session: requests.Session | None = None

    def post(self, url: str, **content: Any) -> Answer:
        """The answer; raises NoLine where nothing left, Unclear where it may have been taken."""
        if self._session is None:
            self._session = requests.Session()
        patience = (PATIENCE_TO_CONNECT, getattr(settings, "OUTBOX_GATEWAY_TIMEOUT", PATIENCE))
        try:
            answer = self._session.post(url, timeout=patience, allow_redirects=False, **content)
        except requests.RequestException as fault:
            raise _failure(fault) from None
        return Answer(answer.status_code, _said(answer), answer.headers.get("Retry-After", ""))

    def close(self) -> None:
        if self._session is not None:
            with contextlib.suppress(OSError):
                self._session.close()
            self._session = None


def seconds(text: object) -> float:
    """How long a gateway asks to be left alone; 0 where it names no number of seconds."""
    try:
        return max(float(str(text)), 0)
    except ValueError:
        return 0


def _said(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _failure(fault: requests.RequestException) -> NotTaken:
    return NoLine("connect", NO_LINE) if never_left(fault) else Unclear("post", NO_ANSWER)


def never_left(fault: BaseException | None) -> bool:
    """Whether no connection came about, so that nothing can have been taken."""
    if isinstance(fault, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return True
    reason = getattr(fault.args[0] if fault and fault.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
