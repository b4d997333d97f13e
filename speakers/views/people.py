"""Who speaks: co-speakers and their yes, and everybody's own profile."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetups.limits import too_many
from meetups.models import Refused
from meetups.pages import jpeg, require_form, without_address
from speakers.forms.own import InviteForm, NameForm, ProfileForm, TakeBackForm
from speakers.limits import wait_for_invitation
from speakers.models import Part, Speaker
from speakers.told import Told
from speakers.views.own import own_page, show, typed


@own_page
def co_speakers(request: HttpRequest, part: Part) -> HttpResponse:
    """Whom she would like beside her; the answer is the same whether or not we know the address."""
    if not part.is_author:
        raise Http404
    may = Told(part).is_open
    form = InviteForm(request.POST if "email" in request.POST else None)
    if request.method == "POST" and may and "part" in request.POST:
        return _take_back(request, part)
    if request.method == "POST" and may and form.is_valid():
        return _invite(request, part, form.cleaned_data["email"])
    refused = request.method == "POST" and not may
    return show(request, "co_speakers", part, 409 if refused else 200, form=form, may=may)


def _invite(request: HttpRequest, part: Part, email: str) -> HttpResponse:
    if wait := wait_for_invitation(request, part.contact_id or 0, email):
        return too_many(request, wait)
    try:
        Part.objects.invite(part.proposal, email)
        messages.success(request, _("We have written to %(address)s.") % {"address": email})
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("speakers:co_speakers", part.token)


def _take_back(request: HttpRequest, part: Part) -> HttpResponse:
    form = TakeBackForm(part.proposal, request.POST)
    if form.is_valid() and form.cleaned_data["part"].take_back():
        messages.success(request, _("The invitation is taken back; its link opens nothing now."))
    else:
        messages.error(request, _("This invitation was answered or taken back already."))
    return redirect("speakers:co_speakers", part.token)


@never_cache
@require_form
def part(request: HttpRequest, token: str) -> HttpResponse:
    """ "Will you speak along?" – what an invited person sees, and all she sees before her yes."""
    mine = get_object_or_404(Part.objects.for_token(token))
    if mine.accepted_at:
        return without_address(redirect(mine))
    return without_address(_answer(request, mine))


def _answer(request: HttpRequest, part: Part) -> HttpResponse:
    form = NameForm(typed(request)) if _is_nameless(part) else None
    author = part.proposal.parts.filter(is_author=True).select_related("speaker").first()
    page = {"form": form, "author": author}
    answer = request.POST.get("answer", "")
    if request.method == "POST" and not Told(part).is_open:
        return show(request, "part", part, 409, **page)
    if answer == "no":
        return _decline(request, part)
    if answer == "yes" and (form is None or form.is_valid()):
        return _accept(request, part, form.cleaned_data["name"] if form else "")
    status = 400 if request.method == "POST" and answer != "yes" else 200
    return show(request, "part", part, status, **page)


def _is_nameless(part: Part) -> bool:
    contact = part.contact
    return contact is not None and not contact.name and not Speaker.objects.of(contact).exists()


def _accept(request: HttpRequest, part: Part, name: str) -> HttpResponse:
    try:
        if part.accept(name):
            messages.success(
                request, _("Good, you speak along. This is your own page of the talk.")
            )
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return redirect(part)


def _decline(request: HttpRequest, part: Part) -> HttpResponse:
    try:
        part.decline()
        messages.success(request, _("Thank you for answering. We do not ask you again."))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("speakers:part", part.token)


@own_page
def profile(request: HttpRequest, part: Part) -> HttpResponse:
    """Who she is: written once, it stands beside all her talks."""
    if part.contact is None:
        raise Http404
    speaker = part.take_profile() if request.method == "POST" else part.speaker
    form = ProfileForm(typed(request), request.FILES or None, instance=speaker)
    if request.method != "POST" or not form.is_valid():
        return show(request, "profile", part, form=form)
    form.keep()
    messages.success(request, _("Kept. It stands beside all your talks."))
    return redirect(part)


@never_cache
@require_safe
def own_photo(request: HttpRequest, token: str) -> HttpResponseBase:
    """Her own photo, also before any page shows it."""
    mine = get_object_or_404(Part.objects.for_token(token).speaking())
    if mine.speaker is None:
        raise Http404
    return jpeg(mine.speaker.photo)
