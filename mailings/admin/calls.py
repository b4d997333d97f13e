"""The call list of an evening: one person after the other, three buttons each (O32, need 83)."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from mailings.admin.evenings import evening_for
from mailings.calling import DONE, note_call, people_to_call
from mailings.models import Opinion, PhoneCall, Wave
from meetups.admin.base import number_in
from meetups.models import Event, Refused
from meetups.rights import CHANGE
from people.models import Contact

LABEL = "mailings.phonecall"
PAGE_SIZE = 30
NOT_IN_A_NUMBER = re.compile(r"[^\d+]")


class CallForm(forms.Form):
    """What a call brought; `seen` is how many calls to her the page knew of."""

    contact = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    seen = forms.IntegerField(min_value=0, max_value=10_000)
    outcome = forms.ChoiceField(choices=PhoneCall.Outcome.choices)
    note = forms.CharField(max_length=200, required=False)
    # Need 84: asked now and then, by whoever called; left empty where nobody asked.
    annoyed = forms.ChoiceField(choices=[("yes", ""), ("no", "")], required=False)


@dataclass(frozen=True)
class Person:
    """One person on the list, with the calls to her."""

    contact: Any
    calls: list[PhoneCall]

    @property
    def tel(self) -> str:
        """What a phone dials: the number without what people write between its digits."""
        return NOT_IN_A_NUMBER.sub("", self.contact.phone)

    @property
    def is_done(self) -> bool:
        return self.contact.turn == DONE


def call_list(request: HttpRequest, event_id: int, model_admin: Any) -> HttpResponse:
    """Whom to call about the evening; a POST keeps what a call brought."""
    event = evening_for(request, event_id, CHANGE, LABEL)
    wave = _wave(request, event)
    everybody = request.GET.get("who") == "all"
    if request.method == "POST":
        _note(request, event, model_admin, people_to_call(event, wave, everybody=True))
        return redirect(request.get_full_path())
    people = people_to_call(event, wave, everybody)
    pages = Paginator(people, PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Call list"),
        "object": event,
        "opts": model_admin.opts,
        "wave": wave,
        "everybody": everybody,
        "page": page,
        "people": _with_calls(event, list(page)),
        "numbers": _numbers(people),
        "without_number": people_to_call(event, wave, everybody=True).filter(phone="").count(),
        "is_open": not event.is_over and event.status == Event.Status.PUBLISHED,
    }
    return TemplateResponse(request, "admin/mailings/reminder/calls.html", context)


def _wave(request: HttpRequest, event: Event) -> Wave | None:
    """The invitation or note by phone that was asked for; 404 for anything else."""
    if "wave" not in request.GET:
        return None
    number = number_in(request.GET["wave"])
    if number is None:
        raise Http404
    return get_object_or_404(event.waves.filter(channel=Contact.Channel.VOICE), pk=number)


def _note(request: HttpRequest, event: Event, model_admin: Any, people: Any) -> None:
    form = CallForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That could not be read. Please choose one of the buttons."))
        return
    said = form.cleaned_data
    user: Any = request.user
    contact = get_object_or_404(people, pk=said["contact"])
    try:
        sentence = note_call(event, contact, said["outcome"], user, said["seen"], said["note"])
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
        return
    if said["annoyed"]:
        annoyed = said["annoyed"] == "yes"
        Opinion.objects.say(contact, event.series, event.line, Contact.Channel.VOICE, annoyed)
    model_admin.log_change(request, event, f"{contact}: {sentence}")
    messages.success(request, sentence)


def _with_calls(event: Event, contacts: list[Contact]) -> list[Person]:
    made: dict[int, list[PhoneCall]] = {contact.pk: [] for contact in contacts}
    calls = PhoneCall.objects.about(event).filter(contact__in=contacts).select_related("by")
    for call in calls:
        made[call.contact_id].append(call)
    return [Person(contact, made[contact.pk]) for contact in contacts]


def _numbers(people: Any) -> dict[str, int]:
    """How many are still to be called, and how many said what."""
    rows = list(people.values_list("turn", "last_outcome"))
    said = Counter(outcome for _turn, outcome in rows)
    to_call = sum(turn != DONE for turn, _outcome in rows)
    return {"to_call": to_call, **{name: said[name] for name in PhoneCall.Outcome.values}}
