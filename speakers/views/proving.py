"""A code instead of an account, and behind it everything one has proposed."""

from django.contrib import auth, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from meetups.limits import too_many
from meetups.models import Series
from meetups.pages import require_form, without_address
from people.models import Contact
from speakers.forms.proving import AddressForm, CodeForm
from speakers.limits import wait_for_code
from speakers.mine import all_of
from speakers.models import Proof
from speakers.models.proof import MOST_TRIES
from speakers.proved import PROOF, let_in, send_code, speaker_of
from speakers.views.proposing import come_in


@never_cache
@require_form
@transaction.atomic
def code(request: HttpRequest) -> HttpResponse:
    """The six digits out of the mail; the page is the same for an address nobody knows."""
    proof = _proof(request)
    if proof is None:
        return redirect("speakers:mine")
    if "again" in request.POST:
        return _again(request, proof)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if proof.take(form.cleaned_data["code"]):
            return _arrive(request, proof)
        form.add_error("code", _why_not(proof))
    page = {"form": form, "proof": proof, "series": _series(proof)}
    return without_address(render(request, "speakers/code.html", page))


def _proof(request: HttpRequest) -> Proof | None:
    if PROOF not in request.session:
        return None
    proofs = Proof.objects.select_related("proposal__call__series")
    return proofs.filter(pk=request.session[PROOF]).first()


def _series(proof: Proof) -> Series | None:
    return proof.proposal.call.series if proof.proposal else None


def _again(request: HttpRequest, proof: Proof) -> HttpResponse:
    if wait := wait_for_code(request, proof.address):
        return too_many(request, wait)
    send_code(proof, _series(proof))
    messages.success(request, _("A new code is on its way. Only the newest one counts."))
    return redirect("speakers:code")


def _why_not(proof: Proof) -> str:
    left = MOST_TRIES - proof.tries
    if proof.expires_at <= timezone.now():
        return _("This code is older than a quarter of an hour. Let us send you a new one.")
    if left <= 0:
        return _("That was not it, five times. Let us send you a new code.")
    return ngettext(
        "This is not the code. You have %(left)d try left.",
        "This is not the code. You have %(left)d tries left.",
        left,
    ) % {"left": left}


def _arrive(request: HttpRequest, proof: Proof) -> HttpResponse:
    series = _series(proof)
    language = series.language if series else ""
    contact = Contact.objects.for_email(proof.address, proof.name, language)
    let_in(request, contact)
    if proof.proposal is None:
        return redirect("speakers:mine")
    return come_in(request, proof.proposal, contact)


@never_cache
@require_form
def mine(request: HttpRequest) -> HttpResponse:
    """Every proposal of hers with what is asked of her now; a stranger is asked for her address."""
    if "leave" in request.POST:
        auth.logout(request)
        messages.success(request, _("You are signed out here."))
        return redirect("speakers:mine")
    speaker = speaker_of(request)
    if speaker is None:
        return _ask_address(request)
    listed = all_of(speaker)
    series = {told.proposal.call.series: None for told in listed}
    context = {"speaker": speaker, "listed": listed, "series_list": list(series)}
    return without_address(render(request, "speakers/mine.html", context))


def _ask_address(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "speakers/prove.html", {"form": form})
    address = form.cleaned_data["email"]
    if wait := wait_for_code(request, address):
        return too_many(request, wait)
    proof = Proof(address=address)
    send_code(proof)
    request.session[PROOF] = proof.pk
    return redirect("speakers:code")
