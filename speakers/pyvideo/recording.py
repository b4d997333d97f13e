"""One talk as its file tells it: read, checked, cleaned."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from speakers.pyvideo.naming import Naming, date_of_file
from speakers.pyvideo.wording import as_markdown, clean_title, names, one_line, part_of

LARGEST = 1_000_000
# Who speaks at one o'clock in the morning does so on the evening before.
DAY_BEGINS = time(5)
# pyvideo gives seconds, older files minutes; nobody speaks for two hours or for two minutes.
SECONDS_FROM = 120
WHERE_SLIDES_ARE = ("slideshare.net", "speakerdeck.com", "slides.com", "slid.es", "prezi.com")
WATCHABLE = ("youtube.com", "youtu.be", "vimeo.com", "archive.org")
LANGUAGES = {
    "eng": "en", "rus": "ru", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es",
    "por": "pt", "ita": "it", "pol": "pl", "ukr": "uk", "bel": "be", "nld": "nl", "ces": "cs",
    "jpn": "ja", "zho": "zh", "chi": "zh", "kor": "ko", "tur": "tr", "heb": "he",
}  # fmt: skip

_valid_url = URLValidator(schemes=["http", "https"])


class Unusable(Exception):
    """Why a file is skipped, as a sentence part: "no date"."""


@dataclass(frozen=True)
class Recording:
    """A talk; `edition` or `named_day` say which evening, else `day` does."""

    name: str
    title: str
    edition: str
    named_day: date | None
    day: date
    at: time | None
    speakers: tuple[str, ...]
    abstract: str
    language: str
    video_url: str
    slides_url: str
    licence: str
    minutes: int | None
    lightning: bool

    @property
    def order(self) -> tuple[tuple[bool, time], bool, int, str]:
        """By the clock if it is known, lightning talks last, parts in their order, then by name."""
        part = part_of(self.title)
        clock = in_the_night(self.at) if self.at else (True, time.max)
        return clock, self.lightning, part[0] if part else 0, self.name


def read(path: Path, naming: Naming, zone: str) -> Recording:
    """The talk in this file. Raises Unusable with the reason."""
    told = _json(path)
    speakers = names(_texts(told.get("speakers") or [], "speakers"))
    title, edition = clean_title(_text(told, "title"), path.stem, naming, speakers)
    if not title:
        raise Unusable("no title")
    day, at = _recorded(_text(told, "recorded"), zone)
    named_day = date_of_file(path.stem, day)
    day = day or named_day
    if day is None:
        raise Unusable("no date")
    _refuse_impossible(named_day or day, zone)
    edition = naming.edition_of_file(path.stem) or edition
    return Recording(path.stem, title, edition, named_day, day, at, speakers, **_contents(told))


def _contents(told: dict[str, Any]) -> dict[str, Any]:
    """What the talk holds, apart from who, when and its title."""
    video, more = _videos(told.get("videos"))
    abstract = as_markdown(_text(told, "description") or _text(told, "summary"))
    return {
        "abstract": "\n\n".join([abstract, *(f"Video: <{url}>" for url in more)]).strip(),
        "language": _language(_text(told, "language")),
        "video_url": video,
        "slides_url": _slides(told.get("related_urls")),
        "licence": one_line(_text(told, "copyright_text"), 200),
        "minutes": _minutes(told.get("duration")),
        "lightning": any("lightning" in tag for tag in _texts(told.get("tags") or [], "tags")),
    }


def in_the_night(at: time) -> tuple[bool, time]:
    """Sorts the hours of one evening: midnight comes after eleven."""
    return at < DAY_BEGINS, at


def _json(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST:
        raise Unusable("larger than 1 MB")
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unusable("not valid JSON") from None
    if not isinstance(told, dict):
        raise Unusable("not a JSON object")
    return told


def _text(told: dict[str, Any], key: str) -> str:
    value = told.get(key)
    if value is not None and not isinstance(value, str):
        raise Unusable(f"“{key}” is not text")
    # Half a surrogate pair is legal in JSON and cannot be stored.
    return (value or "").encode("utf-8", "ignore").decode()


def _texts(value: object, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unusable(f"“{key}” is not a list of texts")
    return [item.encode("utf-8", "ignore").decode() for item in value]


def _recorded(text: str, zone: str) -> tuple[date | None, time | None]:
    """Day and hour in the zone; midnight sharp means that the file does not know the hour."""
    if not text.strip():
        return None, None
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo:
            moment = moment.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise Unusable(f"impossible date “{one_line(text, 40)}”") from None
    at = moment.time().replace(second=0, microsecond=0)
    if moment.time() == time():
        return moment.date(), None
    return moment.date() - timedelta(days=at < DAY_BEGINS), at


def _refuse_impossible(day: date, zone: str) -> None:
    if day > datetime.now(ZoneInfo(zone)).date():
        raise Unusable(f"date in the future ({day})")
    if day.year < 1970:
        raise Unusable(f"impossible date “{day}”")


def _videos(given: object) -> tuple[str, tuple[str, ...]]:
    """The best address to watch, and the other pages that show a video."""
    urls = [str(video.get("url", "")) for video in _dicts(given)]
    good = sorted((url for url in urls if _is_url(url)), key=_how_hard_to_watch)
    others = [url for url in good[1:] if _how_hard_to_watch(url) < len(WATCHABLE)]
    return (good[0] if good else ""), tuple(dict.fromkeys(others))


def _how_hard_to_watch(url: str) -> int:
    host = urlsplit(url).hostname or ""
    known = [rank for rank, site in enumerate(WATCHABLE) if _is_at(host, site)]
    return known[0] if known and not host.startswith("s3.") else len(WATCHABLE)


def _slides(given: object) -> str:
    """The first address that is called slides or lies where slides are kept."""
    for link in _dicts(given):
        url, label = str(link.get("url", "")), str(link.get("label", ""))
        if _is_url(url):
            host = urlsplit(url).hostname or ""
            there = any(_is_at(host, site) for site in WHERE_SLIDES_ARE)
            if there or label.casefold().startswith(("slides", "презентация", "diapo")):
                return url
    return ""


def _dicts(given: object) -> list[dict[str, Any]]:
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _is_at(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")


def _is_url(url: str) -> bool:
    try:
        _valid_url(url)
    except ValidationError:
        return False
    return len(url) <= 500


def _language(text: str) -> str:
    code = text.strip().lower()
    return LANGUAGES.get(code, code if len(code) == 2 and code.isalpha() else "")


def _minutes(duration: object) -> int | None:
    if isinstance(duration, bool) or not isinstance(duration, int) or duration <= 0:
        return None
    minutes = duration if duration < SECONDS_FROM else round(duration / 60)
    return min(minutes, 600)
