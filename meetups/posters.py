"""An evening or a talk as a picture to pass on: share images of 1200 × 630, drawn here (need 86).

The date is the picture, as on the pages; the same font and the same colours (static/css/base.css).
"""

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.utils.formats import date_format
from PIL import Image, ImageDraw, ImageFont, ImageOps

from meetups.models import Event
from meetups.templatetags.evenings import lineup, where
from meetups.templatetags.times import when

WIDTH, HEIGHT = 1200, 630
EDGE = 64
FONT = settings.BASE_DIR / "static" / "fonts" / "inter.woff2"
REGULAR, STRONG, BOLD = 400, 550, 750
# Lightness and chroma of base.css by day; the hue is the series' own.
PAPER, INK, SOFT = (0.985, 0.008, 95), (0.24, 0.03, 275), (0.49, 0.018, 275)
ACCENT, TINT = (0.49, 0.15), (0.945, 0.03)
TEXT_AT = EDGE + 328
TEXT_WIDTH = WIDTH - TEXT_AT - EDGE
FACE = 132

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Poster:
    """What stands on it; what our font cannot write is left out, the date never."""

    day: date
    above: str
    title: str
    lines: tuple[str, ...]
    hue: int
    face: FieldFile | None = None

    def png(self) -> bytes:
        """The picture as PNG."""
        sheet = Image.new("RGB", (WIDTH, HEIGHT), rgb(*PAPER))
        draw = ImageDraw.Draw(sheet)
        self._date_block(draw)
        below = self._title(draw)
        self._lines(draw, below)
        if self.face:
            _paste_face(sheet, self.face)
        out = BytesIO()
        sheet.save(out, "PNG")
        return out.getvalue()

    def _date_block(self, draw: ImageDraw.ImageDraw) -> None:
        box = (EDGE, EDGE, EDGE + 264, HEIGHT - EDGE)
        draw.rounded_rectangle(box, 28, fill=rgb(*TINT, self.hue))
        middle, accent = (box[0] + box[2]) // 2, rgb(*ACCENT, self.hue)
        words = [
            (date_format(self.day, "l").upper(), 190, 26, STRONG, accent),
            (date_format(self.day, "j"), 320, 168, BOLD, rgb(*INK)),
            (date_format(self.day, "F"), 440, 36, STRONG, rgb(*INK)),
            (date_format(self.day, "Y"), 486, 26, REGULAR, rgb(*SOFT)),
        ]
        for text, at, size, weight, colour in words:
            draw.text((middle, at), writable(text), colour, font(size, weight), anchor="mm")

    def _title(self, draw: ImageDraw.ImageDraw) -> int:
        """Above it the series, or the series alone; returns where it ends."""
        above, title = writable(self.above), writable(self.title)
        if title:
            accent = rgb(*ACCENT, self.hue)
            above = cut(above, font(28, STRONG), TEXT_WIDTH)
            draw.text((TEXT_AT, EDGE + 8), above, accent, font(28, STRONG))
        size, lines = fitting(title or above)
        at = EDGE + 64
        for line in lines:
            draw.text((TEXT_AT, at), line, rgb(*INK), font(size, BOLD))
            at += round(size * 1.16)
        return at

    def _lines(self, draw: ImageDraw.ImageDraw, below: int) -> None:
        """Who, when and where, at the foot; as many as have room under the title."""
        width = TEXT_WIDTH - (FACE + 32 if self.face else 0)
        lines = [line for text in self.lines if (line := writable(text))]
        room = (HEIGHT - EDGE - below - 16) // 44
        lines = lines[: max(room, 0)]
        for number, line in enumerate(reversed(lines)):
            at = HEIGHT - EDGE - 40 - number * 44
            draw.text((TEXT_AT, at), cut(line, font(30), width), rgb(*SOFT), font(30))


def poster_of(event: Event) -> Poster:
    """The poster of an evening: what, who, when and where."""
    return poster(event, event.title, lineup(event).names)


def poster(event: Event, title: str, names: list[str], face: FieldFile | None = None) -> Poster:
    """A poster of the evening, or of something on it: its title and these people."""
    start = when(event.starts_at, event.zone) if event.time_known else ""
    lines = tuple(filter(None, (" · ".join(names), start, where(event))))
    return Poster(event.date, event.series.name, title, lines, event.series.hue, face)


def fitting(title: str) -> tuple[int, list[str]]:
    """The largest size in which the title needs at most four lines, and those lines."""
    for size in (76, 66, 56, 48, 42):
        lines = wrapped(title, font(size, BOLD))
        if len(lines) <= (3 if size > 56 else 4):
            return size, lines
    return size, [*lines[:3], cut(" ".join(lines[3:]), font(size, BOLD), TEXT_WIDTH)]


def wrapped(text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """The words in lines no wider than the column; a word that is wider alone is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= TEXT_WIDTH:
            lines[-1] = longer
        else:
            lines.append(cut(word, face, TEXT_WIDTH))
    return lines


def cut(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    """The text, its end replaced by … where it is wider."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


@lru_cache(maxsize=32)
def font(size: int, weight: int = REGULAR) -> ImageFont.FreeTypeFont:
    """Inter in this size and weight, as on the pages."""
    face = ImageFont.truetype(str(FONT), size)
    face.set_variation_by_axes([min(max(size, 14), 32), weight])
    return face


def writable(text: str) -> str:
    """The text on one line; empty if our font lacks more than a sign or two of it."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:300]).split())
    known = [sign for sign in plain if has_glyph(sign)]
    return "".join(known) if len(plain) - len(known) <= min(2, len(plain) // 4) else ""


@lru_cache(maxsize=4096)
def has_glyph(sign: str) -> bool:
    """Whether the font can write it; what it cannot write comes out as the same empty box."""
    if sign == " ":
        return True
    missing, drawn = (bytes(font(32).getmask(one)) for one in ("\U0010fffe", sign))
    return drawn != missing


@lru_cache(maxsize=64)
def rgb(lightness: float, chroma: float, hue: float) -> Colour:
    """OKLCH as sRGB (Björn Ottosson, 2020); what lies outside is clipped."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _channel(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _channel(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _channel(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _channel(linear: float) -> int:
    linear = min(max(linear, 0), 1)
    encoded = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(encoded * 255)


def _paste_face(sheet: Image.Image, file: FieldFile) -> None:
    """A speaker's photo as a circle in the lower corner, if it is still there."""
    try:
        with file.open(), Image.open(file, formats=("JPEG",)) as photo:
            photo.draft("RGB", (FACE * 2, FACE * 2))
            face = ImageOps.fit(photo.convert("RGB"), (FACE, FACE))
    except OSError:
        return
    mask = Image.new("L", (FACE * 4, FACE * 4), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, FACE * 4, FACE * 4), fill=255)
    place = (WIDTH - EDGE - FACE, HEIGHT - EDGE - FACE)
    sheet.paste(face, place, mask.resize((FACE, FACE), Image.Resampling.LANCZOS))
