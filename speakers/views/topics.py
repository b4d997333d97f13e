"""What people of a series want to hear: for everybody to read, for its guests to say."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from meetups.models import Event, Refused, Series
from meetups.pages import public_page, require_form, without_address
from outbox.letters import spoken
from speakers.forms.voices import RemarkForm, VoiceForm
from speakers.models import Remark, Talk

PAGE_SIZE = 30


@public_page
def topics(request: HttpRequest, slug: str) -> HttpResponse:
    """The topics an organizer has shown, the most wanted first; they are voted for by link."""
    series = get_object_or_404(Series.objects.defer("description", "privacy_text"), slug=slug)
    number = request.GET.get("page", "1")
    pages = Paginator(series.topics.shown().wanted(), PAGE_SIZE)
    if not (number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= pages.num_pages):
        raise Http404
    context = {
        "series": series,
        "page": pages.page(int(number[:6])),
        "call": series.calls.open().first(),
    }
    return render(request, "speakers/topics.html", context)


@never_cache
@require_form
def voice(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """A guest's page beside her seat: how it was, a word to each speaker, what she wants next."""
    event = get_object_or_404(Event.objects.public().select_related("series"), slug=slug)
    mine: Any = event.registrations.for_token(token).active()
    seat: Any = mine.select_related("feedback").first()
    if seat is None or seat.state == seat.State.PENDING:
        raise Http404
    with override(spoken(seat.contact.language)):
        return _voice(request, event, seat)


def _voice(request: HttpRequest, event: Event, seat: Any) -> HttpResponse:
    given = [request.POST] if request.method == "POST" else []
    form = VoiceForm(event, seat.contact, *given)
    # What she says of the evening belongs to her seat, which brings its own form (layers).
    feedback = seat.feedback_form(*given)
    remarks = _remark_forms(event, seat, given) if feedback else []
    others = [feedback, *remarks] if feedback else []
    amiss = [one for one in (form, *others) if not one.is_valid()]
    if given and not amiss and _saved(form, others):
        messages.success(request, _("Thank you. You can change it here at any time."))
        return without_address(redirect(request.path))
    context = {
        "event": event, "registration": seat, "form": form, "remarks": remarks,
        "feedback": feedback, "amiss": [one for one in amiss if one.is_bound],
    }  # fmt: skip
    return without_address(render(request, "speakers/voice.html", context))


def _saved(form: VoiceForm, others: list[Any]) -> bool:
    """All of it at once, or nothing and the form says why."""
    try:
        with transaction.atomic():
            form.save()
            for one in others:
                one.save()
    except Refused as refusal:
        form.add_error("wish", refusal)
        return False
    return True


def _remark_forms(event: Event, seat: Any, given: list[Any]) -> list[RemarkForm]:
    """One for each talk that she may have heard and did not give herself."""
    talks = Talk.objects.filter(slot__event=event, agreed_at__isnull=False)
    heard = talks.exclude(speakers__contact=seat.contact).order_by("slot__position", "pk")
    said = Remark.objects.filter(talk__slot__event=event, contact=seat.contact)
    known = {remark.talk_id: remark for remark in said}
    return [RemarkForm(talk, seat.contact, known.get(talk.pk), *given) for talk in heard]
