"""Invitations whose day has come and that nobody has released: for the desk (O1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mailings.models import Wave
from meetups.models import Event, Series

AHEAD = timedelta(days=7)
# An invitation to an evening that begins sooner reaches nobody in time.
TOO_LATE = timedelta(days=1)
MOST = 6


@dataclass(frozen=True)
class Unreleased:
    """One sentence of the desk, with the link that leads on."""

    sentence: str
    link: str
    url: str


def unreleased(series: Iterable[Series]) -> list[Unreleased]:
    """Invitations that wait for a look and a release, the most urgent first; one query."""
    now = timezone.now()
    drafts = Wave.objects.invitations().filter(
        state=Wave.State.DRAFT,
        due_at__lt=now + AHEAD,
        event__series__in=list(series),
        event__status=Event.Status.PUBLISHED,
        event__starts_at__gt=now + TOO_LATE,
    )
    return [_step(wave) for wave in drafts.select_related("event").order_by("due_at", "pk")[:MOST]]


def _step(wave: Wave) -> Unreleased:
    words = {
        "message": wave.name,
        "evening": wave.event.title,
        "day": date_format(wave.local_due, "j F"),
    }
    if wave.due_at <= timezone.now():
        sentence = _("%(message)s of %(evening)s was to leave on %(day)s and is not released.")
    else:
        sentence = _("%(message)s of %(evening)s is to leave on %(day)s and is not released.")
    url = reverse("admin:mailings_wave_release", args=[wave.pk])
    return Unreleased(sentence % words, _("Look at it and release it"), url)
