"""A speaker's slides while her talk is prepared: versions, words on them, and the files."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from meetups.limits import seconds_to_wait, too_many
from meetups.pages import require_form, without_address
from speakers.forms.slides import CommentForm, SlidesForm
from speakers.models import Part, SlideDraft, Talk
from speakers.slides import pdf
from speakers.states import State
from speakers.told import Told
from speakers.uploads import SlidesUpload

NOT_YET = gettext_lazy("Slides are wanted once your talk is accepted.")
UPLOADS_PER_SPEAKER = (20, 3600)
COMMENTS_PER_SPEAKER = (30, 3600)


def part_of(token: str) -> Part:
    """The speaker whose mails carry this link, once she said yes to speaking; else a 404."""
    return get_object_or_404(Part.objects.speaking().for_token(token))


def talk_of(part: Part) -> Talk | None:
    """Her talk once she knows that it is accepted; its slides are asked for from then on."""
    talk: Talk | None = getattr(part.proposal, "talk", None)
    return talk if Told(part).state in {State.ACCEPTED, State.CONFIRMED} else None


@never_cache
@csrf_exempt  # the token is looked for in `_slides`: whoever reads it reads the file, too
@require_form
def slides(request: HttpRequest, token: str) -> HttpResponse:
    """All versions; a POST adds one, or says of one that it is final, hidden again or removed."""
    part = part_of(token)
    talk = talk_of(part)
    upload = SlidesUpload(request, "" if talk else NOT_YET)
    if request.method == "POST":
        request.upload_handlers = [upload]
    return without_address(_slides(request, part, talk, upload))


@csrf_protect
def _slides(
    request: HttpRequest, part: Part, talk: Talk | None, upload: SlidesUpload
) -> HttpResponse:
    if request.method != "POST" or talk is None:
        return _page(request, part, talk)
    if wait := seconds_to_wait({f"slides:{part.pk}": UPLOADS_PER_SPEAKER}):
        return too_many(request, wait)
    if draft := _named(request, talk):
        messages.success(request, _act(request, draft))
        return redirect("speakers:slides", part.token)
    form = SlidesForm(part, talk, request.POST, request.FILES, upload=upload)
    if not form.is_valid():
        return _page(request, part, talk, slides_form=form)
    said = _("Version %(n)d is here. The organizers can read it now.")
    messages.success(request, said % {"n": form.cleaned_data["file"].version})
    return redirect("speakers:slides", part.token)


def _named(request: HttpRequest, talk: Talk) -> SlideDraft | None:
    """The version that a button of the list names."""
    number = request.POST.get("version", "")
    if not number.isdecimal() or len(number) > 4:
        return None
    return talk.drafts.ready().filter(version=number).first()


def _act(request: HttpRequest, draft: SlideDraft) -> str:
    """Do what the button said; returns the sentence that says what has happened."""
    if "final" in request.POST:
        draft.publish()
        return _("These are the final slides: they are shown as far as you allow it.")
    if "hide" in request.POST:
        draft.hide()
        return _("No slides are shown with your talk any more.")
    draft.remove()
    return _("Version %(n)d is removed.") % {"n": draft.version}


@never_cache
@require_form
def comments(request: HttpRequest, token: str) -> HttpResponse:
    """Say something on the slides; the organizers are told."""
    part = part_of(token)
    talk = talk_of(part)
    if request.method != "POST" or talk is None:
        return without_address(redirect("speakers:slides", token))
    if wait := seconds_to_wait({f"comments:{part.pk}": COMMENTS_PER_SPEAKER}):
        return too_many(request, wait)
    form = CommentForm(part, talk, request.POST)
    if not form.is_valid():
        return without_address(_page(request, part, talk, comment_form=form))
    form.save()
    messages.success(request, _("The organizers can read it now."))
    return without_address(redirect("speakers:slides", token))


def _page(
    request: HttpRequest,
    part: Part,
    talk: Talk | None,
    slides_form: SlidesForm | None = None,
    comment_form: CommentForm | None = None,
) -> HttpResponse:
    proposal = part.proposal
    context = {"part": part, "proposal": proposal, "series": proposal.call.series, "talk": talk}
    forms = {
        "slides_form": slides_form or (talk and SlidesForm(part, talk)),
        "comment_form": comment_form or (talk and CommentForm(part, talk)),
    }
    return render(request, "speakers/slides.html", context | forms)


@never_cache
@require_safe
def slide_draft(request: HttpRequest, token: str, pk: UUID) -> HttpResponseBase:
    """One version for one of the talk's speakers."""
    drafts = SlideDraft.objects.ready().filter(talk__proposal=part_of(token).proposal)
    return pdf(get_object_or_404(drafts.select_related("talk"), pk=pk))
