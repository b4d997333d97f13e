"""Following a series: the form, and the click in the mail after it (double opt-in, T73)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from meetups.following.follower import Follower
from meetups.following.forms import CONSENT, FollowForm
from meetups.limits import client_of, network_of, seconds_to_wait, too_many
from meetups.models import Refused, Series, Wish
from meetups.pages import public_page, require_form, without_address
from outbox.letters import spoken
from outbox.models import Suppression
from people.models import Contact

# An address three an hour, whatever the series; a client may be a whole university.
PER_ADDRESS = (3, 3600)
PER_CLIENT = (300, 600)


@never_cache
@require_form
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to be told of the next evenings; the answer is the same for every address (T59)."""
    series = get_object_or_404(Series, slug=slug)
    chosen = {"lines": series.lines.filter(slug=request.GET.get("line", ""))}
    form = FollowForm(series, request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        if wait := _seconds_to_wait(request, form.cleaned_data["email"]):
            return too_many(request, wait)
        if not form.is_from_a_program:
            form.save(source_of(request), network_of(client_of(request)))
        return redirect("meetups:follow_sent", series.slug)
    page = {"series": series, "form": form, "consent": CONSENT}
    return render(request, "meetups/follow.html", page)


@public_page
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens next; says nothing of who asked."""
    series = get_object_or_404(Series, slug=slug)
    return render(request, "meetups/follow_sent.html", {"series": series})


@csrf_exempt  # the link is the proof: it has to work without cookies, and stands in her mail only
@never_cache
@require_form
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what she would get, POST is the consent: scanners open links."""
    wish = get_object_or_404(Wish.objects.for_token(token))
    with override(spoken(wish.language)):
        if request.method == "POST":
            return without_address(_act(request, wish))
        return without_address(render(request, "meetups/follow_confirm.html", _facts(wish)))


def _act(request: HttpRequest, wish: Wish) -> HttpResponse:
    what = request.POST.get("what", "")
    if what == "block":
        return _block(request, wish)
    if what == "again" and wish.is_late:
        wish.send_again()
        return redirect("meetups:follow_sent", wish.series.slug)
    try:
        wish.confirm()
    except Refused:  # the page says that the link has ended
        return render(request, "meetups/follow_confirm.html", _facts(wish))
    return redirect(request.path)


def _block(request: HttpRequest, wish: Wish) -> HttpResponse:
    """Somebody else typed her address, and she wants no mail of ours at all."""
    Suppression.objects.add_address(wish.email, Suppression.Reason.BLOCKED)
    if contact := Contact.objects.at(wish.email).first():
        Follower(contact, wish.series).leave_for_good()
    return render(request, "meetups/follow_confirm.html", _facts(wish) | {"is_blocked": True})


def _facts(wish: Wish) -> dict[str, Any]:
    return {"wish": wish, "series": wish.series, "lines": list(wish.lines.all())}


def source_of(request: HttpRequest) -> str:
    """The page from which she came to the form, as its link says."""
    came = request.GET.get("via") or request.GET.get("from") or "form"
    return came.replace("\x00", "")[:100]


def _seconds_to_wait(request: HttpRequest, email: str) -> int:
    return seconds_to_wait(
        {
            f"follow:address:{email.lower()}": PER_ADDRESS,
            f"follow:client:{client_of(request)}": PER_CLIENT,
        }
    )
