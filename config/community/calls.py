"""Writing calls for talks. A call that is loaded is announced by its page only; nobody is told."""

from typing import Any

from config.community.problems import Problems
from config.community.shapes import Record
from meetups.models import Series
from speakers.models import Call, Format

TITLE = "Talks wanted"
_OF_CALL = ("title", "scope", "who_decides", "answer_days", "without_names")


def write_call(told: Record, problems: Problems) -> None:
    """The call as the file tells it; formats that it does not name stay, proposals may use them."""
    series = Series.objects.get(slug=told["series"])
    call = Call.objects.filter(series=series, slug=told["slug"]).first()
    if call is None:
        call = Call(series=series, slug=told["slug"], title=TITLE)
    for name, value in (told.only(*_OF_CALL) | _dates(told)).items():
        setattr(call, name, value)
    if not _can_be_open(call):
        problems.add(f"{told.place}.closes", "it closes before it opens")
        return
    call.save()
    for position, format_told in enumerate(told.get("formats", [])):
        _write_format(call, format_told, position)
    call.furnish()


def _dates(told: Record) -> dict[str, Any]:
    """Wall time of the series, as columns; a call without a last day is a standing one."""
    found: dict[str, Any] = {}
    if "opens" in told.values:
        found["opens_on"] = told["opens"]
    if "closes" in told.values:
        closes = told["closes"]
        found["closes_on"] = closes and closes.date()
        found |= {"closes_time": closes.time()} if closes else {}
    return found


def _can_be_open(call: Call) -> bool:
    """Whether there is a moment between the first and the last, by the clocks of the series."""
    opens, closes = call.opening_instant(), call.closing_instant()
    return opens is None or closes is None or opens < closes


def _write_format(call: Call, told: Record, position: int) -> None:
    known = call.formats.filter(name__iexact=told["name"]).first()
    written = known or Format(call=call, name=told["name"])
    written.minutes, written.position = told["minutes"], position
    written.save()
