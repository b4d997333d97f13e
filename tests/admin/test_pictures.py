"""Reliability T52: what is uploaded is refused in words or kept as a picture of our own making."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from meetups.models import Picture
from meetups.pictures import KEPT_SIDE, clean_picture
from tests.admin.pages import change_url, errors_of, form_of


def picture(size=(600, 400), kind="JPEG", colour="teal", mode="RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def png_by_header(width: int, height: int, data: bytes = b"") -> bytes:
    """A few bytes that claim to be an enormous picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (53.0, 54.0, 1.0)
    out = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(out, "JPEG", exif=exif)
    assert Image.open(BytesIO(out.getvalue())).getexif().get_ifd(0x8825)
    return out.getvalue()


def animation() -> bytes:
    out = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


LARGE = "This picture has more than 25 megapixels or 8000 pixels a side. Please shrink it."
HEAVY = "This file is larger than 10 MB. Please make it smaller."
UNREADABLE = "This is no picture we can read. Please choose a JPEG, PNG or WebP file."
REFUSED = {
    "60,000 squared": (png_by_header(60_000, 60_000), LARGE),
    "9,000 squared": (png_by_header(9_000, 9_000, b"\0" * 27_001), LARGE),
    "a billion wide": (png_by_header(1_000_000_000, 1), LARGE),
    "6,000 squared": (png_by_header(6_000, 6_000), LARGE),
    "GIF": (picture(kind="GIF"), UNREADABLE),
    "TIFF": (picture(kind="TIFF"), UNREADABLE),
    "BMP": (picture(kind="BMP"), UNREADABLE),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', UNREADABLE),
    "HTML": (b"<!doctype html><script>alert(1)</script>", UNREADABLE),
    "one byte": (b"\xff", UNREADABLE),
    "broken": (picture((3000, 2000), "PNG")[:-400], UNREADABLE),
    "broken JPEG": (picture((1200, 900))[: len(picture((1200, 900))) * 9 // 10], UNREADABLE),
    "animation": (animation(), "This picture moves. Please choose one that stands still."),
    "11 MB": (picture() + b"\0" * 11_534_336, HEAVY),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_small_still_picture_is_refused_in_words(name):
    data, sentence = REFUSED[name]
    with pytest.raises(ValidationError) as refusal:
        clean_picture(BytesIO(data), len(data))
    assert refusal.value.messages == [sentence]


@pytest.mark.parametrize(
    "data",
    [
        picture(), picture(kind="PNG"), picture(kind="WEBP"), picture(mode="RGBA", kind="PNG"),
        picture(mode="P", kind="PNG", colour=1), picture(mode="L"),
        picture(mode="CMYK", colour=(9, 9, 9, 9)),
        picture(mode="I;16", kind="PNG", colour=900), picture(mode="LA", kind="PNG", colour=(9, 9)),
        picture(mode="1", kind="PNG", colour=1),
    ],
)  # fmt: skip
def test_every_usual_kind_of_picture_is_kept_as_a_jpeg(data):
    kept = Image.open(clean_picture(BytesIO(data), len(data)))
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (600, 400))


def test_a_picture_tells_nobody_where_it_was_taken_and_stands_upright():
    data = with_gps()
    kept = Image.open(clean_picture(BytesIO(data), len(data)))
    assert not kept.getexif()
    assert not kept.info.get("exif")
    assert kept.size == (400, 600)


def test_a_large_picture_is_made_small_and_its_name_is_ours():
    data = picture((5000, 4000))
    file = clean_picture(BytesIO(data), len(data))
    assert max(Image.open(file).size) == KEPT_SIDE
    assert len(file.name) == len("0" * 32 + ".jpg")


def test_what_hides_behind_a_picture_is_cut_off():
    data = picture() + b"<script>alert(1)</script>"
    assert b"<script>" not in clean_picture(BytesIO(data), len(data)).read()


# The same through the page of an evening


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(client, event, data: bytes, name: str = "evening.jpg", **fields):
    url = change_url(event)
    file = SimpleUploadedFile(name, data, "image/jpeg")
    row = {
        "pictures-TOTAL_FORMS": 1,
        "pictures-0-file": file,
        "pictures-0-caption": "People talking",
    }
    row |= {"pictures-0-position": 0, "pictures-0-event": event.pk, "_save": "1"}
    return client.post(url, form_of(client, url) | row | fields)


@pytest.mark.parametrize("name", ["evening.jpg", "../../x.html", "a\x00b.svg", "x" * 90 + ".php"])
def test_an_uploaded_picture_is_kept_under_its_own_name(client, ours, media, name):
    answer = upload(client, ours.event, with_gps(), name)
    assert errors_of(answer) == []
    kept = Picture.objects.get()
    assert kept.file.name == f"pictures/{kept.pk}.jpg"
    assert (kept.width, kept.height) == (400, 600)
    assert [p.name for p in media.rglob("*") if p.is_file()] == [f"{kept.pk}.jpg"]


@pytest.mark.parametrize("name", [*REFUSED, "empty"])
def test_a_refused_upload_leaves_nothing_behind(client, ours, media, name):
    data, sentence = REFUSED.get(name, (b"", "The submitted file is empty."))
    answer = upload(client, ours.event, data)
    assert errors_of(answer) == [sentence]
    assert not Picture.objects.exists()
    assert not [p for p in media.rglob("*") if p.is_file()]


def test_a_refused_limit_keeps_no_picture_either(client, ours, media):
    upload(client, ours.event, picture(), capacity="0")
    assert not Picture.objects.exists()
    assert not [p for p in media.rglob("*") if p.is_file()]


def test_the_page_of_the_evening_shows_its_pictures(client, ours, media):
    upload(client, ours.event, picture())
    page = client.get(change_url(ours.event)).content.decode()
    address = page.split('<img class="thumb" src="')[1].split('"')[0]
    assert client.get(address).getvalue().startswith(b"\xff\xd8")


def test_a_removed_picture_leaves_no_file(client, ours, media):
    upload(client, ours.event, picture())
    kept = Picture.objects.get()
    url = change_url(ours.event)
    data = form_of(client, url) | {
        "pictures-0-DELETE": "on",
        "pictures-0-id": kept.pk,
        "_save": "1",
    }
    assert errors_of(client.post(url, data)) == []
    assert not Picture.objects.exists()
    assert not [p for p in media.rglob("*") if p.is_file()]


def test_a_speakers_photo_is_cleaned_too(client, ours, media):
    url = change_url(ours.speaker)
    photo = SimpleUploadedFile("me.jpg", with_gps(), "image/jpeg")
    assert errors_of(client.post(url, form_of(client, url) | {"photo": photo, "_save": "1"})) == []
    ours.speaker.refresh_from_db()
    with ours.speaker.photo.open() as file:
        assert not Image.open(file).getexif()
