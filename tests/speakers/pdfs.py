"""Requests with files as browsers and others send them, and what is left on disk afterwards."""

import re
from pathlib import Path

from django.conf import settings

from speakers.models import SlideDraft

MB = 1024 * 1024
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
BOUNDARY = "cut-here"


def url_of(proposal, page="slides/"):
    """A page of its author."""
    return f"/proposals/{proposal.parts.get(is_author=True).token}/{page}"


def body(content, name="slides.pdf", field="file"):
    """A form with one file; its name goes out exactly as it is."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
    head += "\r\nContent-Type: application/pdf\r\n\r\n"
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def send(browser, url, data, **environ):
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return browser.generic("POST", url, data, content_type=kind, **environ)


def upload(browser, proposal, content=PDF, name="slides.pdf"):
    return send(browser, url_of(proposal), body(content, name))


def errors(answer):
    """The sentences beside the fields of the page."""
    return re.findall(r'class="errorlist"[^>]*><li>(.*?)</li>', answer.content.decode())


def on_disk():
    """Every file in media and on its way there."""
    roots = [Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR)]
    return sorted(str(file) for root in roots for file in root.rglob("*") if file.is_file())


def versions(talk):
    """Version, state and size of all that is known of its slides."""
    found = SlideDraft.objects.filter(talk=talk).order_by("version")
    return list(found.values_list("version", "state", "size"))
