"""What all public pages share: no cookie, an ETag, the same for everybody, rendered once."""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import quote_etag
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from meetups.revisions import Version

View = Callable[..., HttpResponse]

# Any cache may keep a page, but asks whether it is still true: a change shows on the next request.
FOR_EVERYBODY = "public, max-age=0, must-revalidate"
FOR_ONE = "private, no-store"
# The secret address of a page stays on it. Not "no-referrer": with that browsers send forms with
# the Origin "null" (Fetch, "serializing a request origin"), which is refused as from elsewhere.
WITHOUT_ADDRESS = "strict-origin"

require_form = require_http_methods(["GET", "HEAD", "POST"])


class Kept(NamedTuple):
    content: bytes
    headers: dict[str, str]

    def answer(self) -> HttpResponse:
        return HttpResponse(self.content, headers=self.headers)


class Shelf:
    """The pages of this process that were asked for last; older ones are rendered again."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        with self.lock:
            if key in self.pages:
                self.pages.move_to_end(key)
            return self.pages.get(key)

    def keep(self, key: Hashable, answer: HttpResponse) -> Kept:
        etag = quote_etag(sha256(answer.content).hexdigest()[:32])
        kept = Kept(answer.content, {**answer.headers, "ETag": etag})
        with self.lock:
            self.pages[key] = kept
            if len(self.pages) > self.places:
                self.pages.popitem(last=False)
        return kept


# Some 15 kB each, a poster 50: 3 to 10 MB of a worker.
shelf = Shelf(places=200)
# What was asked for in a query stands apart: anybody can think of more of those than there are
# places, and they must not push out what everybody reads.
asked_shelf = Shelf(places=50)

# A word that a link says about where its reader comes from: a partner's code, or one of our own.
SOURCE = re.compile(r"[\w-]{1,40}", re.ASCII)


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that only reads and that a shared cache may keep; a repeated visit costs a 304."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        answer.setdefault("Cache-Control", FOR_ONE if _has_message(request) else FOR_EVERYBODY)
        return answer

    return require_safe(conditional_page(page))


def kept_page(
    version: Callable[..., Version | None], *asked: str
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A public page that is rendered once for each version of what it shows.

    `version` takes the view's arguments; `asked` are the parts of the query the page looks at.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            seen = None if _has_message(request) or settings.DEBUG else version(**kwargs)
            if seen is None:
                return view(request, **kwargs)
            query = [request.GET.get(name) for name in asked]
            return _from_shelf(
                asked_shelf if any(query) else shelf,
                (request.path, *query, seen, *_today()),
                lambda: view(request, **kwargs),
                lambda: version(**kwargs) == seen,
            )

        return public_page(page)

    return decorate


def source_of(request: HttpRequest) -> str:
    """Where the reader comes from, as the link says (`?from=`); "" for anything but a word."""
    word = request.GET.get("from", "")
    return word if SOURCE.fullmatch(word) else ""


def for_all_sites(answer: HttpResponse) -> HttpResponse:
    """Lets programs on other sites read a calendar or a feed; nothing in it is secret."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def without_address(answer: HttpResponse) -> HttpResponse:
    """Keeps the secret address of a page from those whose links stand on it."""
    answer["Referrer-Policy"] = WITHOUT_ADDRESS
    return answer


def jpeg(file: FieldFile) -> FileResponse:
    """A picture that was cleaned when it came; nothing in it can act as a page. May be a 404."""
    try:
        answer = FileResponse(file.open(), content_type="image/jpeg")
    except (FileNotFoundError, ValueError):  # gone, or never there
        raise Http404 from None
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _from_shelf(
    shelf: Shelf,
    key: Hashable,
    render: Callable[[], HttpResponse],
    is_still_so: Callable[[], bool],
) -> HttpResponse:
    """The kept page, else a new one; kept only if nothing changed while it was rendered."""
    kept = shelf.get(key)
    if kept is None:
        answer = render()
        if answer.status_code != 200 or not is_still_so():
            return answer
        kept = shelf.keep(key, answer)
    return kept.answer()


def _has_message(request: HttpRequest) -> bool:
    """Whether "your confirmation is on its way" travels along: that is for one pair of eyes."""
    return "messages" in request.COOKIES


def _today() -> tuple[object, ...]:
    """What pages show beside the data: the year is named where it is not this one."""
    return timezone.now().date(), settings.ORGANIZATION, settings.PUBLIC_URL
