"""The page behind "does this annoy you?": one question, two buttons (O26, need 84)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from mailings.models import Opinion
from meetups.following.follower import Follower
from meetups.models import Event, Line
from meetups.pages import require_form, without_address
from outbox.letters import spoken
from outbox.models import Delivery
from outbox.states import HANDED_OVER, MessageClass
from people.models import Contact

ANSWERS = {"yes": True, "no": False}


@csrf_exempt  # the link is the proof, as it is for unsubscribing: it has to work without cookies
@never_cache
@require_form
def annoyed(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST keeps the answer: scanners open links."""
    follower = Follower.of(token)
    if follower is None or follower.series is None:
        raise Http404
    channel, line = _asked_about(follower)
    answer = request.POST.get("answer", "") if request.method == "POST" else ""
    if answer in ANSWERS:
        Opinion.objects.say(
            follower.contact, follower.series, line, channel, annoyed=ANSWERS[answer]
        )
    with override(spoken(follower.contact.language)):
        page = {"series": follower.series, "channel": channel, "token": token, "answer": answer}
        return without_address(render(request, "mailings/annoyed.html", page))


def _asked_about(follower: Follower) -> tuple[str, Line | None]:
    """The channel and the line of the latest news she got: that is what asked her."""
    news = Delivery.objects.filter(
        contact=follower.contact,
        realm=follower.series.realm if follower.series else "",
        message_class=MessageClass.PROMOTIONAL,
        state__in=HANDED_OVER,
    )
    latest = news.order_by("-handed_over_at").first()
    if latest is None:
        return Contact.Channel.EMAIL, None
    kind, _colon, rest = latest.about.partition(":")
    number = rest.partition(":")[0]
    if kind != "event" or not number.isdecimal():
        return latest.channel, None
    event = Event.objects.filter(pk=number).select_related("line").first()
    return latest.channel, event.line if event else None
