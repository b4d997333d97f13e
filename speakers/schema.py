"""A recording as schema.org reads it, for search engines that show videos (need 107)."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils.html import strip_tags

from meetups.models import Event
from speakers.models import Talk

DEEDS = "https://creativecommons.org/licenses/"
ZERO = "https://creativecommons.org/publicdomain/zero/1.0/"
_CC = re.compile(r"CC (BY(?:-NC)?(?:-SA|-ND)?) (\d\.\d)", re.ASCII)
_YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
_VIMEO_PATH = re.compile(r"/(\d+)", re.ASCII)
_FILM_FILES = (".mp4", ".m4v", ".webm", ".ogv")


def recording_schema(talk: Talk, event: Event) -> dict[str, Any]:
    """The video of a talk as a VideoObject; what nobody knows of it is left out."""
    day = event.local_end.isoformat() if event.time_known else event.date.isoformat()
    found = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": talk.title,
        "description": _plain(talk.summary_html or talk.abstract_html) or talk.title,
        "url": talk.public_url,
        # Nobody notes when a video was put online: not before the evening was over.
        "uploadDate": day,
        "inLanguage": talk.language or event.language or event.series.language,
        "license": licence_url(talk.licence),
        "isPartOf": _evening(event),
    }
    found |= _where(talk.video_link)
    return {name: value for name, value in found.items() if value}


def licence_url(licence: str) -> str:
    """The address of a licence; "" for words that are none of the usual short names."""
    match = _CC.fullmatch(licence)
    if match:
        return f"{DEEDS}{match[1].lower()}/{match[2]}/"
    if licence in {"CC0", "CC0 1.0"}:
        return ZERO
    return licence if re.match(r"https?://\S+$", licence) else ""


def _plain(html: str) -> str:
    return unescape(strip_tags(html)).strip()


def _evening(event: Event) -> dict[str, str]:
    start = event.local_start if event.time_known else event.date
    return {
        "@type": "Event",
        "name": event.title,
        "startDate": start.isoformat(),
        "url": event.public_url,
    }


def _where(url: str) -> dict[str, str]:
    """How the video is embedded or read, and its picture, where its house says so."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host in {"youtube.com", "youtu.be"}:
        return _youtube(parse_qs(parts.query).get("v", [parts.path.strip("/")])[0])
    if host == "vimeo.com" and (match := _VIMEO_PATH.fullmatch(parts.path)):
        return {"embedUrl": f"https://player.vimeo.com/video/{match[1]}"}
    return {"contentUrl": url} if parts.path.lower().endswith(_FILM_FILES) else {}


def _youtube(video: str) -> dict[str, str]:
    if not _YOUTUBE_ID.fullmatch(video):
        return {}
    return {
        "embedUrl": f"https://www.youtube-nocookie.com/embed/{video}",
        "thumbnailUrl": f"https://i.ytimg.com/vi/{video}/hqdefault.jpg",
    }
