"""Writing what a pyvideo folder tells; what is already here is never touched."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format

from meetups.models import Event, Series, Slot
from meetups.text import folded, free_slug
from speakers.models import Speaker, Talk
from speakers.pyvideo.evenings import Evening, evenings_of
from speakers.pyvideo.naming import Naming
from speakers.pyvideo.recording import Recording, Unusable, read

SOURCE = "pyvideo:"
USUAL_MINUTES = 20


class NoFolder(Exception):
    """There is nothing to import; the message says where it was looked for."""


@dataclass
class Report:
    """What an import did, for the operator."""

    evenings: int = 0
    talks: int = 0
    speakers: int = 0
    known: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    moved: list[tuple[str, date, Event]] = field(default_factory=list)
    dated_by_name: int = 0


def talk_files(folder: Path) -> list[Path]:
    """The talks of a pyvideo folder, in `videos/` or in the folder itself. Raises NoFolder."""
    inside = folder / "videos"
    files = sorted((inside if inside.is_dir() else folder).glob("*.json"))
    files = [file for file in files if file.name != "category.json"]
    if not files:
        raise NoFolder(f"There are no talks (*.json) in {folder}.")
    return files


def recordings(files: list[Path], naming: Naming, zone: str, report: Report) -> Iterator[Recording]:
    """The usable talks; the others are named in the report with the reason."""
    for file in files:
        try:
            yield read(file, naming, zone)
        except (Unusable, OSError) as reason:
            report.skipped.append((file.name, str(reason)))


@transaction.atomic
def import_folder(folder: Path, slug: str, name: str, zone: str) -> Report:
    """Fill the archive of a series, which is made if there is none of that slug.

    Repeatable: a talk whose file was imported before stays as it is, with all that organizers
    changed since. Raises NoFolder, and ValidationError for a slug, name or zone that cannot be.
    """
    report = Report()
    files = talk_files(folder)
    known = Series.objects.filter(slug=slug).first()
    series = known or Series(slug=slug, name=name, time_zone=zone)
    if known is None:
        series.full_clean()
    naming = Naming(name, slug, folder.resolve().name)
    usable = list(recordings(files, naming, series.time_zone, report))
    if known is None:
        series.language = _most_common(usable) or "en"
        series.save()
    archive = Archive(series, report)
    for evening in evenings_of(usable):
        archive.add(evening)
    return report


class Archive:
    """The past evenings of a series, and the speakers known by name."""

    def __init__(self, series: Series, report: Report) -> None:
        self.series, self.report = series, report
        talks = series.talks.filter(source__startswith=SOURCE)
        self.talks_known = set(talks.values_list("source", flat=True))
        self.speakers = {folded(speaker.name): speaker for speaker in series.speakers.all()}

    def add(self, evening: Evening) -> None:
        """Write the evening and those of its talks that are not here yet."""
        new = [talk for talk in evening.recordings if SOURCE + talk.name not in self.talks_known]
        self.report.known += len(evening.recordings) - len(new)
        if not new:
            return
        event = self._event(evening)
        position = event.slots.count()
        for number, talk in enumerate(new, start=position):
            self._write(talk, event, number)
        event.reindex()
        self._note_moves([talk for talk in new if talk in evening.moved], event)

    def _note_moves(self, moved: list[Recording], event: Event) -> None:
        self.report.dated_by_name += sum(1 for talk in moved if talk.named_day)
        self.report.moved += [(talk.name, talk.day, event) for talk in moved if not talk.named_day]

    def _event(self, evening: Evening) -> Event:
        """The event of this evening: the one imported before, else a new one."""
        source = SOURCE + evening.key
        known = self.series.events.filter(source=source).first()
        if known:
            return known
        minutes = sum(talk.minutes or USUAL_MINUTES for talk in evening.recordings)
        self.report.evenings += 1
        return Event.objects.create(
            series=self.series,
            source=source,
            slug=self._event_slug(evening),
            title=self._title(evening),
            status=Event.Status.PUBLISHED,
            language=_most_common(evening.recordings),
            date=evening.day,
            time=evening.at or self.series.usual_time,
            time_known=evening.at is not None,
            minutes=max(self.series.usual_minutes, min(minutes, 600)),
        )

    def _title(self, evening: Evening) -> str:
        """Like “Montréal-Python 48”; else name and date in the language of the series."""
        if evening.edition:
            return f"{self.series.name} {evening.edition}"[:200]
        with translation.override(self.series.language):
            return f"{self.series.name[:150]}, {date_format(evening.day, 'j E Y')}"

    def _event_slug(self, evening: Evening) -> str:
        text = f"{self.series.slug[:60]} {evening.edition or evening.day}"
        return free_slug(text, _is_event, "evening")

    def _write(self, told: Recording, event: Event, position: int) -> None:
        kind = Slot.Kind.LIGHTNING if told.lightning else Slot.Kind.TALK
        minutes = told.minutes or USUAL_MINUTES
        slot = Slot.objects.create(event=event, position=position, kind=kind, minutes=minutes)
        talk = Talk.objects.create(
            series=self.series,
            slot=slot,
            source=SOURCE + told.name,
            slug=free_slug(told.title, _is_talk, "talk"),
            title=told.title,
            abstract=told.abstract,
            language=told.language,
            video_url=told.video_url,
            slides_url=told.slides_url,
            licence=told.licence,
        )
        talk.speakers.set([self._speaker(name) for name in told.speakers])
        self.report.talks += 1

    def _speaker(self, name: str) -> Speaker:
        """One speaker a name within the series, accents and capitals aside."""
        known = self.speakers.get(folded(name))
        if known is None:
            known = self.speakers[folded(name)] = Speaker.objects.create(name=name)
            known.series.add(self.series)
            self.report.speakers += 1
        return known


def _is_event(slug: str) -> bool:
    return Event.objects.filter(slug=slug).exists()


def _is_talk(slug: str) -> bool:
    return Talk.objects.filter(slug=slug).exists()


def _most_common(talks: list[Recording]) -> str:
    languages = Counter(talk.language for talk in talks if talk.language)
    return languages.most_common(1)[0][0] if languages else ""
