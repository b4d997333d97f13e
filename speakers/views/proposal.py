"""A speaker and her proposal: how it stands, and everything she may do about it."""

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from meetups.calendar import calendar_file
from meetups.models import Event, Refused
from speakers.calendar import entry_of
from speakers.forms.own import ConsentForm, NoteForm, TextForm
from speakers.models import Offer, Part
from speakers.states import State
from speakers.told import Told
from speakers.views.own import own_page, show, typed


@own_page
def proposal(request: HttpRequest, part: Part) -> HttpResponse:
    """Everything at a glance, and what is asked of her now."""
    return show(request, "proposal", part)


@own_page
def edit(request: HttpRequest, part: Part) -> HttpResponse:
    """Change the text, until the deadline or until it is taken up."""
    if not Told(part).is_editable:
        return show(request, "not_editable", part, _closed(request))
    # A copy: the page goes on naming the talk by its title, whatever she types.
    form = TextForm(typed(request), instance=copy(part.proposal))
    if request.method != "POST" or not form.is_valid():
        return show(request, "edit", part, form=form)
    try:
        form.rewrite()
    except Refused:
        return show(request, "not_editable", _again(part), 409)
    messages.success(request, _("Changed. The organizers read it as it stands now."))
    return _back(part)


@own_page
def withdraw(request: HttpRequest, part: Part) -> HttpResponse:
    """Take it back for good; asks first, and only its author may."""
    form = NoteForm(typed(request))
    may = part.is_author and Told(part).is_open
    if request.method != "POST" or not may or not form.is_valid():
        refused = request.method == "POST" and not may
        return show(request, "withdraw", part, 409 if refused else 200, form=form)
    try:
        part.proposal.withdraw(note=form.cleaned_data["note"])
        messages.success(request, _("It is taken back. Thank you for telling us."))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return _back(part)


@own_page
def evening(request: HttpRequest, part: Part) -> HttpResponse:
    """ "Can you come on this evening?" – `answer` is yes or no, the same twice is said once."""
    told, form = Told(part), NoteForm(typed(request))
    answer = request.POST.get("answer", "")
    if request.method != "POST":
        return show(request, "evening", part, form=form)
    if not told.is_coming:
        if answer == "no" and told.event is None and told.state == State.ACCEPTED:
            return _back(part)  # said a moment ago
        return show(request, "evening", part, 409, form=form)
    if answer not in {"yes", "no"} or not form.is_valid():
        return show(request, "evening", part, 400, form=form)
    if told.event and _has_moved_on(request, told.event):
        return show(request, "evening", part, 409, form=form)
    _answer(request, part, answer, form.cleaned_data["note"])
    return _back(part)


def _has_moved_on(request: HttpRequest, event: Event) -> bool:
    """Whether her page was opened before the evening moved, or another one was offered."""
    seen = request.POST.get("about", "")
    if seen in {"", event.about}:
        return False
    messages.error(
        request, _("The evening has changed since you opened this page. Please look once more.")
    )
    return True


def _answer(request: HttpRequest, part: Part, answer: str, note: str) -> None:
    try:
        if answer == "yes":
            part.proposal.confirm()
            messages.success(request, _("Good, it is settled. We look forward to your talk."))
        else:
            part.proposal.pass_on(note)
            messages.success(
                request, _("Thank you for telling us. Your talk stays with us for another evening.")
            )
    except Refused:
        # What she was told is being changed: the reason is not hers to read before the letter.
        messages.error(
            request, _("The plan of this evening is being changed just now. We write to you soon.")
        )


@own_page
def step_in(request: HttpRequest, part: Part, pk: str) -> HttpResponse:
    """A free place she may step in for: whoever says yes first has it."""
    asked = part.proposal.offers.exclude(asked_at=None)
    offer = get_object_or_404(asked.select_related("slot__event__series", "proposal"), pk=pk)
    answer = request.POST.get("answer", "")
    if request.method != "POST":
        return show(request, "step_in", part, offer=offer)
    if answer not in {"yes", "no"}:
        return show(request, "step_in", part, 400, offer=offer)
    if offer.state == Offer.State.ASKED and _has_moved_on(request, offer.slot.event):
        return show(request, "step_in", part, 409, offer=offer)
    return _take(request, part, offer) if answer == "yes" else _pass(request, part, offer)


def _take(request: HttpRequest, part: Part, offer: Offer) -> HttpResponse:
    try:
        offer.take()
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("speakers:step_in", part.token, offer.pk)
    messages.success(request, _("The place is yours. Thank you for stepping in."))
    return _back(part)


def _pass(request: HttpRequest, part: Part, offer: Offer) -> HttpResponse:
    offer.pass_on()
    messages.success(request, _("Thank you for answering. You stay in our reserve."))
    return _back(part)


@own_page
def consent(request: HttpRequest, part: Part) -> HttpResponse:
    """Where her talk may be shown, and under which licence; every answer stays on record."""
    last = part.consents.order_by("given_at", "pk").last()
    form = ConsentForm.after(last, typed(request))
    may = Told(part).state not in {State.DECLINED, State.WITHDRAWN}
    if request.method != "POST" or not may or not form.is_valid():
        refused = request.method == "POST" and not may
        status = 409 if refused else 200
        return show(request, "consent", part, status, form=form, may=may, last=last)
    if last is None or (last.visibility, last.licence) != form.wish:
        part.proposal.consent(part, *form.wish)
    messages.success(request, _("Noted. You can change it at any time."))
    return _back(part)


@own_page
def evening_calendar(request: HttpRequest, part: Part) -> HttpResponse:
    """Her own minutes of the evening, for her calendar."""
    talk = Told(part).talk
    entry = entry_of(talk) if talk else None
    if entry is None:
        raise Http404
    answer = HttpResponse(calendar_file([entry]), content_type="text/calendar")
    answer["Content-Disposition"] = 'attachment; filename="evening.ics"'
    return answer


def _closed(request: HttpRequest) -> int:
    return 409 if request.method == "POST" else 200


def _again(part: Part) -> Part:
    """The part as it stands now: somebody was quicker."""
    return Part.objects.for_token(part.token).get()


def _back(part: Part) -> HttpResponse:
    return redirect(part)
