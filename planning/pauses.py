"""Channels that stand still or stood still today: what organizers see of an outage (T28)."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Series
from meetups.rights import DECIDE, Rights
from outbox.models import Delivery, Pause
from planning.missing import Step

LABEL = "outbox.channel"


def pauses_of(rights: Rights, series: Iterable[Series]) -> list[Step]:
    """What one person who decides has to know of each channel, with her own messages counted."""
    pauses = list(Pause.objects.to_show()) if rights.may(DECIDE, LABEL) else []
    if not pauses:
        return []
    mine = list(series)
    zone = mine[0].time_zone if mine else "UTC"
    waiting = _waiting(rights, mine)
    return [_step(pause, zone, waiting.get(pause.channel, 0)) for pause in _latest(pauses)]


def _latest(pauses: list[Pause]) -> Iterator[Pause]:
    """What lasts, and of each channel the last pause that is over."""
    told = set()
    for pause in sorted(pauses, key=lambda one: one.since, reverse=True):
        if pause.channel not in told:
            yield pause
        told.add(pause.channel)


def _waiting(rights: Rights, series: list[Series]) -> dict[str, int]:
    queued = Delivery.objects.filter(waits_as=Delivery.State.QUEUED).exclude(
        not_after__lte=timezone.now()
    )
    if not rights.everywhere:
        queued = queued.filter(realm__in=[one.realm for one in series])
    return dict(queued.order_by().values_list("channel").annotate(n=Count("pk")))


def _step(pause: Pause, zone: str, waiting: int) -> Step:
    url = reverse("admin:outbox_channel_change", args=[pause.channel])
    sentence = _over(pause, zone) if pause.resumed_at else _lasting(pause, zone, waiting)
    if pause.resumed_at or pause.until <= timezone.now():
        return Step(sentence, _("See the channel"), url)
    return Step(sentence, _("Try now"), reverse("admin:outbox_channel_try", args=[pause.channel]))


def _over(pause: Pause, zone: str) -> str:
    return _("%(channel)s was paused %(since)s – %(until)s and goes on.") % {
        "channel": capfirst(pause.name),
        "since": f"{pause.since.astimezone(ZoneInfo(zone)):%H:%M}",
        "until": f"{pause.resumed_at.astimezone(ZoneInfo(zone)):%H:%M}" if pause.resumed_at else "",
    }


def _lasting(pause: Pause, zone: str, waiting: int) -> str:
    facts = {
        "channel": capfirst(pause.name),
        "since": f"{pause.since.astimezone(ZoneInfo(zone)):%H:%M}",
        "until": f"{pause.until.astimezone(ZoneInfo(zone)):%H:%M}",
        "said": pause.said.rstrip(".") or _("no answer"),
    }
    if pause.until > timezone.now():
        first = _("%(channel)s is paused since %(since)s, next try %(until)s: %(said)s.") % facts
    else:
        first = _("%(channel)s is paused since %(since)s and is being tried: %(said)s.") % facts
    then = ngettext("%d message waits.", "%d messages wait.", waiting) % waiting
    return f"{first} {then}"
