"""Where providers and mail servers tell what became of our messages."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anymail.urls
from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outbox.models import Delivery, MailEvent

LONGEST_BODY = 64 * 1024
PROVIDERS: dict[str, Callable[..., HttpResponse]] = {
    pattern.name.removesuffix("_tracking_webhook"): pattern.callback
    for pattern in anymail.urls.urlpatterns
    if pattern.name.endswith("_tracking_webhook")
}


@csrf_exempt
@require_POST
def plain(request: HttpRequest) -> HttpResponse:
    """Delivery events of any server that can sign: see contract.md, `/hooks/mail/plain/`."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        return HttpResponse(_("An event has at most 64 kB."), status=413)
    if not _is_signed(request):
        return HttpResponse(_("The signature does not match."), status=403)
    try:
        event = _event(request.body)
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=400)
    delivery = Delivery.objects.filter(message_id=event["message_id"]).first()
    MailEvent.objects.take(delivery, provider="plain", **event)
    return HttpResponse()


@csrf_exempt
def provider(request: HttpRequest, name: str) -> HttpResponse:
    """Delivery events of the provider we send through; closed unless its events are secured."""
    ours = f"anymail.backends.{name}.EmailBackend" == settings.OUTBOX_ANYMAIL_BACKEND
    secured = settings.ANYMAIL.get("WEBHOOK_SECRET")
    if not (ours and secured and name in PROVIDERS):
        raise Http404
    try:
        return PROVIDERS[name](request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(_("The signature does not match."), status=403)


def _is_signed(request: HttpRequest) -> bool:
    secret = settings.MAIL_HOOK_SECRET.encode()
    expected = hmac.new(secret, request.body, hashlib.sha256).hexdigest()
    given = request.headers.get("X-Signature", "")
    # Without a secret nothing is signed: an empty key would be everybody's key.
    return bool(secret) and constant_time_compare(given.lower(), expected)


def _event(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This is not JSON.")) from error
    if not isinstance(said, dict):
        raise ValidationError(_("An event is one JSON object."))
    if said.get("event") not in MailEvent.Type.values:
        raise ValidationError(_("The event is unknown."))
    return {
        "provider_event_id": _token(said.get("id"), 200),
        "type": said["event"],
        "message_id": _message_id(said.get("message_id")),
        "at": _moment(said.get("at")),
    }


def _token(value: object, longest: int) -> str:
    text = str(value) if isinstance(value, str | int) else ""
    if not re.fullmatch(r"[\x20-\x7e]+", text) or len(text) > longest:
        raise ValidationError(_("The id of the event or message cannot be read."))
    return text


def _message_id(value: object) -> str:
    return f"<{_token(value, 298).strip(' <>')}>"


def _moment(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or not 2000 <= at.year <= 2200:
        raise ValidationError(_("The time is not ISO 8601."))
    return timezone.make_aware(at, UTC) if timezone.is_naive(at) else at
