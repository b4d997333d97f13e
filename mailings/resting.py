"""What rests, for the desk: an organizer should not wonder why nobody was written to."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from mailings.models import Rest
from meetups.rights import VIEW, Rights

LABEL = "mailings.rest"


@dataclass(frozen=True)
class Resting:
    """One line on the desk: a sentence, and where to see to it."""

    sentence: str
    link: str
    url: str


def resting_of(rights: Rights) -> list[Resting]:
    """The channels that rest in the series where this person may look; one query."""
    if not rights.may(VIEW, LABEL):
        return []
    ids = rights.series_ids(VIEW, LABEL)
    rests = Rest.objects.now().select_related("series", "line")
    return [_line(rest) for rest in (rests if ids is None else rests.filter(series__in=ids))]


def _line(rest: Rest) -> Resting:
    sentence = _(
        "%(news)s rests on this channel: %(channel)s. "
        "%(annoyed)d of %(asked)d people said that it annoys them."
    ) % {
        "news": rest.line or rest.series,
        "channel": rest.get_channel_display(),
        "annoyed": rest.annoyed,
        "asked": rest.asked,
    }
    url = reverse("admin:mailings_rest_change", args=[rest.pk])
    return Resting(sentence, _("Have a look"), url)
