"""A talk as a picture to pass on (need 86)."""

from meetups.posters import Poster, poster
from speakers.models import Talk


def card_of(talk: Talk) -> Poster:
    """The card of a talk that has its place in an agenda."""
    if talk.slot is None:
        raise ValueError("a talk without a place has no date")
    speakers = list(talk.speakers.all())
    photos = [speaker.photo for speaker in speakers if speaker.photo]
    face = photos[0] if len(speakers) == 1 and photos else None
    return poster(talk.slot.event, talk.title, [speaker.name for speaker in speakers], face)
