"""The page behind "fewer messages, or none": it offers less instead of nothing (O10, RFC 8058).

A mail program's one click, or any POST that names no other wish, ends the news of the series at
once: without cookies, session or login. GET only shows; it never shows more than a masked address.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from meetups.following.follower import Follower
from meetups.following.forms import ChannelForm, LanguageForm, LinesForm
from meetups.pages import require_form, without_address
from outbox.letters import spoken
from outbox.telegram import link_for
from outbox.ways import open_ways
from people.models import Contact
from people.tokens import unsubscriber

Page = dict[str, Any]
# A form that was not filled in well; nothing has been done.
NOTHING = ""


@csrf_exempt  # RFC 8058: mail programs post without a cookie; the link itself is the proof
@never_cache
@require_form
def less(request: HttpRequest, token: str) -> HttpResponse:
    """Show what she may choose; do what she chose."""
    follower = Follower.of(token)
    if follower is None:
        return without_address(_nobody(request, token))
    with override(spoken(follower.contact.language)):
        forms = _forms(follower, request.POST if request.method == "POST" else None)
        done = _do(follower, request.POST, forms) if request.method == "POST" else NOTHING
    # In the language that she may just have chosen.
    with override(spoken(follower.contact.language)):
        page = _standing(follower) | forms | {"done": done, "token": token}
        return without_address(render(request, "meetups/follow_less.html", page))


def _nobody(request: HttpRequest, token: str) -> HttpResponse:
    """A link of ours whose person is gone has nothing left to end; any other is no link at all."""
    is_ours = unsubscriber(token) is not None
    return render(request, "meetups/follow_nobody.html", {"is_ours": is_ours},
                  status=200 if is_ours else 404)  # fmt: skip


def _do(follower: Follower, posted: QueryDict, forms: Page) -> str:
    """Run what was asked for; returns its name, or NOTHING where a form has to be looked at."""
    what = posted.get("what", "")
    if what in WITH_FORM:
        name, act = WITH_FORM[what]
        form = forms.get(name)
        if form is None or not form.is_valid():
            return NOTHING
        act(follower, form.cleaned_data)
        return what
    verb = VERBS.get(what, Follower.leave)
    verb(follower)
    return what if what in VERBS else "leave"


def _forms(follower: Follower, posted: QueryDict | None) -> Page:
    """The page's forms; only the one that was sent is bound."""
    what = posted.get("what") if posted is not None else None
    own = {name: posted if what == name else None for name in WITH_FORM}
    contact = follower.contact
    forms: Page = {
        "language_form": LanguageForm(contact.language, own["language"], auto_id="language_%s"),
        "channel_form": ChannelForm(
            contact, _channels(contact), own["channel"], auto_id="channel_%s"
        ),
    }
    if follower.series and follower.series.lines.exists():
        forms["lines_form"] = LinesForm(follower.series, own["lines"], auto_id="lines_%s")
    return forms


def _channels(contact: Contact) -> list[str]:
    """Where we can reach somebody here; people call even where no program can."""
    ways = open_ways() | {Contact.Channel.VOICE.value}
    return [channel for channel in Contact.ADDRESSES if channel in ways]


def _standing(follower: Follower) -> Page:
    """What she gets of this series today."""
    mine = follower.subscriptions.confirmed()
    series = follower.series
    paused = mine.filter(paused_until__gt=timezone.now()).order_by("paused_until").first()
    by_messenger = follower.contact.channel == Contact.Channel.MESSENGER
    return {
        "follower": follower,
        "series": series,
        "follows": mine.exists(),
        "only_digest": mine.exists() and not mine.filter(pace="all").exists(),
        "has_digest": series is None or series.digest_day is not None,
        "paused_until": paused.paused_until if paused else None,
        "messenger_url": link_for(follower.contact) if by_messenger else "",
    }


def _choose_lines(follower: Follower, data: Page) -> None:
    follower.only(data["lines"])


def _choose_language(follower: Follower, data: Page) -> None:
    follower.speak(data["language"], data["time_zone"])


def _choose_channel(follower: Follower, data: Page) -> None:
    follower.reach_by(data["channel"], data.get("phone", ""))


VERBS: dict[str, Callable[[Follower], None]] = {
    "leave": Follower.leave,
    "never": Follower.leave_for_good,
    "undo": Follower.undo,
    "digest": Follower.only_digest,
    "everything": Follower.everything,
    "pause": Follower.pause,
}
# Each with the name of its form on the page.
WITH_FORM: dict[str, tuple[str, Callable[[Follower, Page], None]]] = {
    "lines": ("lines_form", _choose_lines),
    "language": ("language_form", _choose_language),
    "channel": ("channel_form", _choose_channel),
}
