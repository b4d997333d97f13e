"""A talk as a picture to pass on (need 86)."""

from meetups.posters import Poster
from meetups.templatetags.evenings import where
from meetups.templatetags.times import when
from speakers.models import Talk


def card_of(talk: Talk) -> Poster:
    """The card of a talk that has its place in an agenda."""
    if talk.slot is None:
        raise ValueError("a talk without a place has no date")
    event, speakers = talk.slot.event, list(talk.speakers.all())
    names = " · ".join(speaker.name for speaker in speakers)
    start = when(event.starts_at, event.zone) if event.time_known else ""
    lines = tuple(filter(None, (names, start, where(event))))
    photos = [speaker.photo for speaker in speakers if speaker.photo]
    face = photos[0] if len(speakers) == 1 and photos else None
    return Poster(event.date, event.series.name, talk.title, lines, event.series.hue, face)
