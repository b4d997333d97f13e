"""The way in: one form, saved as it is typed, and sent in by whoever proves her address."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from meetups.limits import too_many
from meetups.models import Refused, Series
from meetups.pages import require_form, without_address
from people.models import Contact
from speakers.forms.proposing import ProposalForm
from speakers.limits import wait_for_code, wait_for_draft
from speakers.models import Call, Lead, Proof, Proposal
from speakers.proved import PROOF, known, send_code, speaker_of
from speakers.sending_in import just_sent, make_hers, send_in


@never_cache
@require_form
@transaction.atomic
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose a talk to a series; the answer is the same whether or not we know the address."""
    series = get_object_or_404(Series, slug=slug)
    return without_address(_answer(request, series, _call(request, series), Proposal()))


@never_cache
@require_form
@transaction.atomic
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form for somebody who was asked in person; looking at it changes nothing."""
    lead = get_object_or_404(Lead.objects.for_token(token))
    call = _call(request, lead.series)
    return without_address(_answer(request, lead.series, call, Proposal(lead=lead)))


@never_cache
@require_form
@transaction.atomic
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """A draft at its secret address, as long as it is one; a known author's opens for her only."""
    drafts = Proposal.objects.draft_for_token(token).select_related(
        "call__series", "call__event", "lead"
    )
    if request.method == "POST":
        drafts = drafts.select_for_update(of=("self",))
    found = get_object_or_404(drafts.prefetch_related("call__formats"))
    author = found.parts.filter(is_author=True).first()
    by = speaker_of(request)
    if author and (by is None or by.pk != author.contact_id):
        return without_address(_not_hers(request))
    return without_address(_answer(request, found.call.series, found.call, found))


def _not_hers(request: HttpRequest) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse(
            {"problem": _("Please show again that the address is yours.")}, status=403
        )
    return redirect("speakers:mine")


def _call(request: HttpRequest, series: Series) -> Call | None:
    """The call that is asked for, else the first open one; None where none is open."""
    calls = series.calls.select_related("event").prefetch_related("formats")
    if slug := request.GET.get("call"):
        return get_object_or_404(calls, slug=slug)
    return calls.open().first()


def _answer(
    request: HttpRequest, series: Series, call: Call | None, proposal: Proposal
) -> HttpResponse:
    draft = proposal if proposal.pk else None
    page = {"series": series, "call": call, "draft": draft, "lead": proposal.lead}
    if call is None or not call.is_open:
        return _closed(request, page)
    by = speaker_of(request)
    saving = "save" in request.POST
    form = ProposalForm(call, request.POST or None, instance=proposal, by=by, saving=saving)
    if request.method == "POST" and saving:
        return _save(request, form)
    if request.method == "POST" and form.is_valid():
        return _send(request, form)
    return render(request, "speakers/propose.html", page | {"form": form, "by": by})


def _closed(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    status = 409 if request.method == "POST" else 200
    call = page["call"]
    page |= {"is_early": call and call.opens_at and call.opens_at > timezone.now()}
    if status == 409 and _wants_json(request):
        return JsonResponse({"problem": _("This call is closed.")}, status=status)
    return render(request, "speakers/closed.html", page, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


# Put aside


def _save(request: HttpRequest, form: ProposalForm) -> HttpResponse:
    """Keep what was typed, complete or not; a program gets the same answer and nothing is kept."""
    form.full_clean()
    if wait := wait_for_draft(request, is_new=form.instance.pk is None):
        return too_many(request, wait)
    if form.is_from_a_program:
        return redirect("speakers:code")
    draft = form.keep()
    if form.by and form.knows_name:
        make_hers(draft, known(form.by))
    url = reverse("speakers:draft", args=[draft.draft_token])
    if _wants_json(request):
        problems = [str(one) for errors in form.errors.values() for one in errors]
        at = timezone.now().isoformat(timespec="seconds")
        return JsonResponse({"saved_at": at, "url": url, "problem": " ".join(problems)})
    messages.success(request, _("Saved. Nobody sees it before you send it in."))
    return redirect(url)


# Send in


def _send(request: HttpRequest, form: ProposalForm) -> HttpResponse:
    if form.is_from_a_program:
        return redirect("speakers:code")
    if wait := wait_for_draft(request, is_new=form.instance.pk is None):
        return too_many(request, wait)
    if form.by:
        contact = known(form.by)
        if clicked_twice := just_sent(form.instance, contact):
            return without_address(redirect(clicked_twice))
        return come_in(request, form.keep(), contact)
    address = form.cleaned_data["email"]
    if wait := wait_for_code(request, address):
        return too_many(request, wait)
    draft = form.keep()
    proof = Proof(address=address, name=draft.by_name, proposal=draft)
    send_code(proof, draft.call.series)
    request.session[PROOF] = proof.pk
    return redirect("speakers:code")


def come_in(request: HttpRequest, draft: Proposal, contact: Contact) -> HttpResponse:
    """Send the draft in for her whose address is proved, and show her the page of it."""
    try:
        part = send_in(draft, contact)
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("speakers:mine")
    messages.success(
        request, _("Thank you. Your proposal has reached us, and a mail is on its way to you.")
    )
    return without_address(redirect(part))
