"""The doors for what a messenger and a text-message gateway have to tell."""

import json
import re
import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outbox import chats
from outbox.models import Delivery, MailEvent
from outbox.sms import NUMBER_IS_GONE, SHE_ANSWERED_STOP, signature
from outbox.telegram import hook_secrets, is_set_up
from outbox.views import LONGEST_BODY

TWILIO_EVENTS = {
    "sent": MailEvent.Type.DEFERRED,  # on its way: it was taken
    "delivered": MailEvent.Type.DELIVERED,
    "undelivered": MailEvent.Type.BOUNCED,
    "failed": MailEvent.Type.BOUNCED,
}


@csrf_exempt
@require_POST
def telegram(request: HttpRequest) -> HttpResponse:
    """What people write to our bot; whatever it is not, it is taken and forgotten."""
    if not is_set_up():
        raise Http404
    if _is_too_long(request):
        return HttpResponse(_("An event has at most 64 kB."), status=413)
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not any(constant_time_compare(given, secret) for secret in hook_secrets()):
        return HttpResponse(_("The signature does not match."), status=403)
    answer = chats.heard(_json(request.body))
    return JsonResponse(answer) if answer else HttpResponse()


@csrf_exempt
@require_POST
def twilio(request: HttpRequest) -> HttpResponse:
    """What became of a text message, as Twilio signs it."""
    if settings.SMS_PROVIDER != "twilio":
        raise Http404
    if _is_too_long(request):
        return HttpResponse(_("An event has at most 64 kB."), status=413)
    form = {name: str(value) for name, value in request.POST.items()}
    given = request.headers.get("X-Twilio-Signature", "")
    # The address as we gave it along, whatever name a proxy calls us by.
    if not constant_time_compare(given, signature(_address(request), form)):
        return HttpResponse(_("The signature does not match."), status=403)
    status, sid = form.get("MessageStatus", ""), form.get("MessageSid", "")
    if status in TWILIO_EVENTS and re.fullmatch(r"\w{2,64}", sid, re.ASCII):
        _take(request, status, sid, form.get("ErrorCode", ""))
    return HttpResponse()


def _take(request: HttpRequest, status: str, sid: str, error: str) -> None:
    code = int(error) if error.isdecimal() and len(error) < 7 else 0
    MailEvent.objects.take(
        _delivery(request.GET.get("id", ""), sid),
        provider="twilio",
        provider_event_id=f"{sid}:{status}",
        type=TWILIO_EVENTS[status],
        message_id=sid,
        at=timezone.now(),
        hard=code in NUMBER_IS_GONE or code == SHE_ANSWERED_STOP,
    )


def _delivery(ours: str, sid: str) -> Delivery | None:
    """By the id we gave along, else by Twilio's own."""
    try:
        return Delivery.objects.filter(pk=uuid.UUID(ours)).first()
    except ValueError:
        return Delivery.objects.filter(provider_id=sid, channel="sms").first()


def _address(request: HttpRequest) -> str:
    return f"{settings.PUBLIC_URL}{request.get_full_path()}"


def _is_too_long(request: HttpRequest) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
