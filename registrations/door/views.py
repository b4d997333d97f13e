"""The door on a phone: one page, and three addresses its script asks. The key is the right."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from meetups.limits import client_of, seconds_to_wait
from meetups.pages import without_address
from outbox.letters import spoken
from registrations.door import snapshot as known
from registrations.door.reading import read
from registrations.door.taking import take
from registrations.door.words import gone_because, words
from registrations.models import DoorKey

# Twenty a second for a phone (reliability §4.7), and some phones behind one address.
PER_CLIENT = (1000, 10)
CAMERA = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"

View = Callable[[HttpRequest, DoorKey], HttpResponseBase]


def of_one_door(view: View) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """The door of the secret link, in the language of its series; 410 once it has ended."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponseBase:
        key = get_object_or_404(DoorKey.objects.for_token(token, DoorKey.Kind.DOOR))
        with override(spoken(key.event.series.language)):
            if not key.is_open:
                return _gone(request, key)
            client = f"door:{key.pk}:{client_of(request)}"
            if wait := seconds_to_wait({client: PER_CLIENT}):
                return _too_many(wait)
            return view(request, key)

    return answer


def _gone(request: HttpRequest, key: DoorKey) -> HttpResponse:
    """For the script a sentence, for a person a page."""
    if request.path.endswith(f"/{key.token}/"):
        page = {"event": key.event, "because": gone_because(key)}
        return without_address(render(request, "registrations/door_gone.html", page, status=410))
    return _sentence(gone_because(key), 410)


def _sentence(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)


def _too_many(wait: int) -> JsonResponse:
    answer = _sentence(_("That is a lot at once. Please wait a moment."), 429)
    answer["Retry-After"] = str(wait)
    return answer


@require_safe
@of_one_door
def page(request: HttpRequest, key: DoorKey) -> HttpResponse:
    """Everything else is done by its script, also without network."""
    context = {"event": key.event, "key": key, "words": words()}
    answer = without_address(render(request, "registrations/door.html", context))
    answer["Permissions-Policy"] = CAMERA
    return answer


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Opens the page without network; a worker may only serve the folder that it lies in."""
    answer = render(request, "registrations/door_worker.js", content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
@of_one_door
def snapshot(request: HttpRequest, key: DoorKey) -> HttpResponseBase:
    """Who may come, without addresses; 304 where nothing has changed."""
    answer = _json(known.snapshot(key.event) | {"until": key.ends_at})
    etag = quote_etag(sha256(answer.content).hexdigest()[:32])
    answer["ETag"] = etag
    answer["X-Now"] = timezone.now().isoformat()
    return get_conditional_response(request, etag=etag, response=answer) or answer


@require_safe
@of_one_door
def count(request: HttpRequest, key: DoorKey) -> HttpResponse:
    return _json(known.count(key.event))


@csrf_exempt
@require_POST
@of_one_door
def scans(request: HttpRequest, key: DoorKey) -> HttpResponse:
    """Up to 50 scans; an answer for each id, and the count after them."""
    try:
        told, seen = read(request.body)
        answers = take(key.event, told, key)
    except ValidationError as error:
        return _sentence(error.messages[0], 400)
    except IntegrityError:  # an id that another evening got at this very moment
        return _sentence(_("Please send this again."), 409)
    key.event.scans.filter(pk__in=seen, seen_at=None).update(seen_at=timezone.now())
    return _json({"answers": [asdict(one) for one in answers], "count": known.count(key.event)})


def _json(data: dict[str, Any]) -> JsonResponse:
    """Names as they are: six signs for every letter that is not Latin would be twice as long."""
    options = {"ensure_ascii": False, "separators": (",", ":")}
    return JsonResponse(data, encoder=DjangoJSONEncoder, json_dumps_params=options)
