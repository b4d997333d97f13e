"""Drafts of slides: what may come in, how it is stored, and how it goes out (reliability §4.6)."""

from urllib.parse import quote

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Sum
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from meetups.models import Refused
from people.models import Contact
from speakers.models import Duty, Part, SlideDraft, Talk
from speakers.models.slides import draft_path
from speakers.uploads import MOST_BYTES, NO_PDF, NO_ROOM, TOO_LARGE

MOST_FILES = 5  # of one talk
MOST_OF_ONE_PERSON = 100 * 1024 * 1024  # bytes
MAGIC = b"%PDF-"


def add_version(part: Part, talk: Talk, file: UploadedFile) -> SlideDraft:
    """Keep this PDF as the next version. Raises Refused with the reason; then nothing is left."""
    _must_be_pdf(file)
    draft = _announce(part, talk, file.size or 0)
    try:
        draft.file.storage.save(draft.file.name, File(file))
    except OSError as error:
        draft.remove()
        raise Refused(str(NO_ROOM)) from error
    except BaseException:
        draft.remove()
        raise
    return _settle(draft)


def _must_be_pdf(file: UploadedFile) -> None:
    """Looks at the first bytes alone: what is in a PDF is the business of whoever opens it."""
    if not file.size:
        raise Refused(_("This file is empty. Please choose another one."))
    if file.size > MOST_BYTES:
        raise Refused(str(TOO_LARGE))
    file.seek(0)
    begins = file.read(len(MAGIC))
    file.seek(0)
    if begins != MAGIC:
        raise Refused(str(NO_PDF))


@transaction.atomic
def _announce(part: Part, talk: Talk, size: int) -> SlideDraft:
    """The row of a file that is about to be stored; versions are counted under the talk's lock."""
    Talk.objects.select_for_update(no_key=True).get(pk=talk.pk)
    if part.contact_id:
        Contact.objects.select_for_update(no_key=True).get(pk=part.contact_id)
    if talk.drafts.count() >= MOST_FILES:
        raise Refused(
            _("Five versions are kept here already. Remove one of them, then add this one.")
        )
    if kept_for(part) + size > MOST_OF_ONE_PERSON:
        raise Refused(
            _("We keep 100 MB for each speaker. Remove an older version, then add this one.")
        )
    last = talk.drafts.aggregate(last=Max("version"))["last"] or 0
    draft = SlideDraft(talk=talk, part=part, version=last + 1, size=size)
    draft.file.name = draft_path(draft, "")
    draft.save()
    return draft


def kept_for(part: Part) -> int:
    """The bytes of all slides that this person has given us, for whichever talk."""
    mine = SlideDraft.objects.filter(part=part)
    if part.contact_id:
        mine = SlideDraft.objects.filter(part__contact=part.contact_id)
    return mine.aggregate(bytes=Sum("size"))["bytes"] or 0


@transaction.atomic
def _settle(draft: SlideDraft) -> SlideDraft:
    ready = SlideDraft.State.READY
    if not SlideDraft.objects.filter(pk=draft.pk).update(state=ready):
        draft.file.delete(save=False)  # swept away meanwhile
        raise Refused(str(NO_ROOM))
    draft.state = ready
    draft.talk.duties.finish(Duty.Kind.SLIDES)
    return draft


def pdf(draft: SlideDraft) -> FileResponse:
    """The file to take home: never shown as a page of ours, whatever is in it. May be a 404."""
    try:
        content = draft.file.open()
    except (FileNotFoundError, ValueError):  # gone, or never there
        raise Http404 from None
    answer = FileResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = _attachment(draft)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _attachment(draft: SlideDraft) -> str:
    """Named after the talk: in ASCII for old programs, and as it is written (RFC 6266)."""
    title = "".join(sign if sign.isprintable() else " " for sign in draft.talk.title)
    title = " ".join(title.translate(_NO_NAME).split())[:100]
    full = quote(f"{title} {draft.version}.pdf", safe="")
    return (
        f"attachment; filename=\"{draft.talk.slug}-{draft.version}.pdf\"; filename*=UTF-8''{full}"
    )


# What no system takes in the name of a file.
_NO_NAME = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))
