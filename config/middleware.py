"""Answers for requests that no page can answer well: senseless bytes, a busy database."""

import logging
from collections.abc import Callable

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds
POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PlainRequests:
    """4xx for input PostgreSQL cannot take, 503 with Retry-After while it cannot be reached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse(_("This address holds a byte that cannot be."), status=400)
        answer = self.get_response(request)
        answer.setdefault("Permissions-Policy", POLICY)
        answer.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError):
            return HttpResponse(_("Something in this request cannot be stored."), status=400)
        if isinstance(error, OperationalError | InterfaceError):
            log.warning("database: %s", error)
            return busy(request)
        return None


def busy(request: HttpRequest) -> HttpResponse:
    """Come back in a moment; nothing was half done, since every change is one transaction."""
    answer = render(request, "busy.html", status=503)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer
