"""The sample community into an empty database."""

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.utils import timezone

from config.community.loading import load
from config.sample.around import load_around
from config.sample.building import HERE, community
from config.sample.mailings import load_mailings
from config.sample.speakers import load_speakers
from meetups.models import Event, Series
from speakers.pyvideo.importing import import_folder

FOLDERS = {"minsk-python": "minsk-python-meetup", "montreal-python": "montreal-python"}


@transaction.atomic
def load_sample() -> None:
    """Two series with guests, evenings to come and a real archive; nothing is left to be sent."""
    load(community(timezone.localdate()))
    for slug, folder in FOLDERS.items():
        series = Series.objects.get(slug=slug)
        import_folder(HERE / "pyvideo" / folder, slug, series.name, series.time_zone)
    load_speakers()
    load_mailings()
    load_around()
    _register_before_the_evenings()


def _register_before_the_evenings() -> None:
    """Nobody registers for an evening after it: the loading itself knows no other time than now."""
    early = Value(timedelta(hours=7)) * (8 + F("pk") % 60)
    for event in Event.objects.filter(starts_at__lt=timezone.now()):
        asked = Value(event.starts_at) - ExpressionWrapper(early, DurationField())
        event.registrations.update(created_at=asked, state_at=asked)
