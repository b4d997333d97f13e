"""The guests of an evening as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from meetups.models import Event
from meetups.rights import EXPORT, VIEW, rights_of
from registrations.models import Answer, Question, Registration

# A spreadsheet takes a cell that begins like this for a formula and runs it (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 1000
COLUMNS = (
    "contact__name", "contact__email", "mode", "state", "queue_no", "state_at", "created_at",
    "coming_at", "came", "source", "guests", "appeal", "contact",
)  # fmt: skip


def harmless(cell: Any) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def registrations_csv(request: HttpRequest, event_id: int) -> StreamingHttpResponse:
    """Everybody who registered, in the order of registering; 404 outside one's own series."""
    ids = rights_of(request).series_ids(VIEW, EXPORT)
    events = Event.objects.all() if ids is None else Event.objects.filter(series__in=ids)
    if request.method not in {"GET", "HEAD"}:
        raise Http404
    event = get_object_or_404(events, pk=event_id)
    answer = StreamingHttpResponse(_lines(event), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{event.slug}-registrations.csv"'
    return answer


def _lines(event: Event) -> Iterator[str]:
    """The file in pieces of a thousand guests, so that it costs the same memory for any number."""
    yield "\ufeff"  # without it spreadsheets read UTF-8 as something else
    questions = list(Question.objects.filter(series=event.series))
    yield _written([_head() + [question.text for question in questions]])
    guests = event.registrations.order_by("created_at", "pk").values_list(*COLUMNS)
    rows = guests.iterator(chunk_size=CHUNK)
    words = _words()
    while chunk := list(islice(rows, CHUNK)):
        said = _answers(questions, {guest[-1] for guest in chunk})
        yield _written(
            _row(guest, words) + [said.get((question.pk, guest[-1]), "") for question in questions]
            for guest in chunk
        )


def _answers(questions: list[Question], people: set[int]) -> dict[tuple[int, int], str]:
    """What these people answered, by question and person; nothing asked where nobody asks."""
    if not questions:
        return {}
    given = Answer.objects.given().filter(question__in=questions, contact__in=people)
    rows = given.values_list("question", "contact", "value")
    return {(question, person): ", ".join(value) for question, person, value in rows}


def _written(rows: Iterable[Iterable[Any]]) -> str:
    file = StringIO(newline="")
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def _head() -> list[str]:
    return [
        _("name"), _("e-mail"), _("how"), _("state"), _("number in the queue"), _("since (UTC)"),
        _("registered (UTC)"), _("said “I am coming” (UTC)"), _("came"), _("source"),
        _("guests"), _("contested"),
    ]  # fmt: skip


def _words() -> dict[Any, str]:
    """Each choice in words, looked up once for the whole file."""
    fields: list[Any] = [Registration._meta.get_field(name) for name in ("mode", "state", "appeal")]
    named = {value: str(word) for field in fields for value, word in field.flatchoices}
    return named | {True: _("yes"), False: _("no"), None: ""}


def _row(guest: tuple[Any, ...], words: dict[Any, str]) -> list[Any]:
    name, email, mode, state, queue_no, state_at, created_at, coming_at, *rest = guest
    came, source, guests, appeal, _contact = rest
    times = [_utc(at) for at in (state_at, created_at, coming_at)]
    number = queue_no if state == Registration.State.WAITING else None
    return [name, email, words[mode], words[state], number, *times, words[came], source,
            guests or "", words[appeal] if appeal else ""]  # fmt: skip


def _utc(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
