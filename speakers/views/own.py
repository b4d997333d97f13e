"""A speaker's own pages: opened by the secret link of her part, without an account."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from meetups.pages import require_form, without_address
from speakers.models import Part
from speakers.told import Told

OwnView = Callable[..., HttpResponse]


def own_page(view: OwnView) -> Callable[..., HttpResponse]:
    """A page of one speaker: no copy is kept, and its address goes nowhere.

    Whoever was invited and has not said yes sees nothing but the question.
    """

    @wraps(view)
    def page(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        part = get_object_or_404(Part.objects.for_token(token))
        if part.accepted_at is None:
            return without_address(redirect("speakers:part", token))
        return without_address(view(request, part, **kwargs))

    return never_cache(require_form(page))


def show(
    request: HttpRequest, page: str, part: Part, status: int = 200, **more: Any
) -> HttpResponse:
    """One of her pages, with what she may see of the proposal."""
    proposal = part.proposal
    known = {"part": part, "proposal": proposal, "series": proposal.call.series}
    context = known | {"told": Told(part)} | more
    return render(request, f"speakers/{page}.html", context, status=status)


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent with a form, also where that is nothing; None where only the page is asked."""
    return request.POST if request.method == "POST" else None
