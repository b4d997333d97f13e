"""Pictures that people upload: refused before they cost anything, kept small and without secrets.

Limits and order follow reliability.md §4.6: the header is read first, nothing is decoded that is
too large, and what is kept is a JPEG of our own making (no EXIF, so no place where it was taken).
"""

import struct
import uuid
import zlib
from io import BytesIO
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 8000
KEPT_SIDE = 2400
QUALITY = 82

# What Pillow's decoders raise for files that are not what they say.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    TypeError,
    struct.error,
    zlib.error,
)
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)


def clean_picture(file: IO[bytes], size: int) -> "ContentFile[bytes]":
    """The picture as a JPEG of ours under a name of ours; ValidationError says why not."""
    if size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 10 MB. Please make it smaller."))
    try:
        with Image.open(file, formats=FORMATS) as picture:
            _refuse_early(picture)
            kept = _reencoded(picture)
    except _TOO_LARGE as error:
        raise _too_large() from error
    except ValidationError:
        raise
    except _BROKEN as error:
        sentence = _("This is no picture we can read. Please choose a JPEG, PNG or WebP file.")
        raise ValidationError(sentence) from error
    return ContentFile(kept, name=f"{uuid.uuid4().hex}.jpg")


def _refuse_early(picture: Image.Image) -> None:
    """What the header alone tells: nothing has been decoded yet."""
    if max(picture.size) > LONGEST_SIDE or picture.width * picture.height > MOST_PIXELS:
        raise _too_large()
    # Phones put a second, smaller picture behind a JPEG (MPO); that is no animation.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise ValidationError(_("This picture moves. Please choose one that stands still."))


def _too_large() -> ValidationError:
    return ValidationError(
        _("This picture has more than 25 megapixels or 8000 pixels a side. Please shrink it.")
    )


def _reencoded(picture: Image.Image) -> bytes:
    picture.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in upright.info:
        upright = upright.convert("RGBA")
    upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
    out = BytesIO()
    _on_white(upright).save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


class PictureField(forms.FileField):
    """A form field whose value is always a picture that went through `clean_picture`."""

    widget = forms.ClearableFileInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("accept", "image/jpeg,image/png,image/webp")

    def to_python(self, data: Any) -> Any:
        file: Any = super().to_python(data)
        return clean_picture(file, file.size) if file else None
