"""What all public pages share: no cookie, an ETag, and the same for everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import conditional_page, require_safe

View = Callable[..., HttpResponseBase]

# Any cache may keep a page, but asks whether it is still true: a change shows on the next request.
FOR_EVERYBODY = "public, max-age=0, must-revalidate"
FOR_ONE = "private, no-store"


def public_page(view: View) -> View:
    """A page that only reads and that a shared cache may keep; a repeated visit costs a 304."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        # "Your confirmation is on its way" travels in this cookie and is for one pair of eyes.
        told = "messages" in request.COOKIES
        answer.setdefault("Cache-Control", FOR_ONE if told else FOR_EVERYBODY)
        return answer

    return require_safe(conditional_page(page))


def for_all_sites(answer: HttpResponse) -> HttpResponse:
    """Lets programs on other sites read a calendar or a feed; nothing in it is secret."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
