"""The guests of an evening as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from meetups.models import Event
from meetups.rights import EXPORT, VIEW, rights_of
from registrations.models import Registration

# A spreadsheet takes a cell that begins like this for a formula and runs it (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 2000


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


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
    writer = csv.writer(_Echo())
    yield "\ufeff"  # without it spreadsheets read UTF-8 as something else
    yield writer.writerow(_head())
    registrations = event.registrations.select_related("contact").order_by("created_at", "pk")
    for registration in registrations.iterator(chunk_size=CHUNK):
        yield writer.writerow([harmless(cell) for cell in _row(registration)])


def _head() -> list[str]:
    return [
        _("name"), _("e-mail"), _("how"), _("state"), _("number in the queue"), _("since"),
        _("registered"), _("said “I am coming”"), _("came"), _("source"),
    ]  # fmt: skip


def _row(seat: Registration) -> Iterable[Any]:
    came = {True: _("yes"), False: _("no"), None: ""}[seat.came]
    times = [_utc(at) for at in (seat.state_at, seat.created_at, seat.coming_at)]
    how, state = seat.get_mode_display(), seat.get_state_display()
    queue_no = seat.queue_no if seat.state == seat.State.WAITING else None
    return [seat.contact.name, seat.contact.email, how, state, queue_no, *times, came, seat.source]


def _utc(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
