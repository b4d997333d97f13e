"""How slides come in: one file, never more of it on disk than may stay, nothing of it in memory."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELD = "file"
MOST_BYTES = 25 * 1024 * 1024

TOO_LARGE = _("This file is larger than 25 MB. Please make its pictures smaller and try again.")
STRANGE_NAME = _("Please give the file a plain name, like slides.pdf, and try again.")
NO_PDF = _("This is no PDF. Please save your slides as a PDF and choose that file.")
CUT_SHORT = _("The file did not arrive whole. Please try again.")
NO_ROOM = _("We cannot keep a file at the moment. Please try again in an hour.")
ONE_FILE = _("Please choose one file at a time.")

Parsed = tuple[QueryDict, MultiValueDict]


class SlidesUpload(TemporaryFileUploadHandler):
    """Takes one PDF and reads the rest of the request to its end without keeping any of it.

    `refusal` says why it was not taken. The request is read whole, because a browser that is
    cut off while it sends shows an error of its own instead of our sentence.
    """

    def __init__(self, request: HttpRequest, refusal: str | Promise = "") -> None:
        super().__init__(request)
        self.refusal, self.encoding = refusal, request.encoding
        self.is_parsed = self.has_file = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        *args: Any,
        **kwargs: Any,  # noqa: N803
    ) -> Parsed | None:
        """Parse as Django does, but look at the file's name before it is made harmless."""
        if self.is_parsed:
            return None
        self.is_parsed = True
        return PlainNames(self, META, input_data).parse()

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        if field_name != FIELD or self.has_file:
            self.refuse(ONE_FILE)
        self.has_file = True
        if self.refusal:
            raise SkipFile
        if not file_name.lower().endswith(".pdf"):
            self.refuse(NO_PDF)
        try:
            super().new_file(field_name, "slides.pdf", *args, **kwargs)
        except OSError:
            self.refuse(NO_ROOM)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > MOST_BYTES:
            self.refuse(TOO_LARGE)
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self.refuse(NO_ROOM)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            return super().file_complete(file_size)
        except OSError:
            self.refusal = NO_ROOM
            return None

    def upload_interrupted(self) -> None:
        self.refusal = self.refusal or CUT_SHORT
        super().upload_interrupted()

    def refuse(self, sentence: Promise) -> None:
        """Read over the rest of this file; the first reason is the one that is told."""
        self.refusal = self.refusal or sentence
        raise SkipFile


class PlainNames(MultiPartParser):
    """Takes no file whose name holds a path or a sign that cannot be seen."""

    def __init__(self, upload: SlidesUpload, meta: dict[str, Any], data: Any) -> None:
        super().__init__(meta, data, [upload], upload.encoding)
        self.upload = upload

    def sanitize_file_name(self, file_name: str) -> str | None:
        if not file_name.isprintable() or {"/", "\\"} & set(file_name):
            self.upload.refusal = STRANGE_NAME
            return None
        return super().sanitize_file_name(file_name)
