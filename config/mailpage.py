"""The mails that would have left: for trials only, never where real people are written to."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from outbox.models import Delivery

View = Callable[..., HttpResponseBase]


def trial_only(view: View) -> View:
    """404 outside a trial and for everybody who is not an organizer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.MAIL_PAGE or not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(login_required(require_safe(guarded)))


@trial_only
def mails(request: HttpRequest) -> HttpResponseBase:
    deliveries = Delivery.objects.order_by("-created_at", "-pk")
    page = Paginator(deliveries, 50).get_page(request.GET.get("page"))
    return render(request, "outbox/mails.html", {"deliveries": page})


@trial_only
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
def mail(request: HttpRequest, pk: UUID) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.select_related("batch"), pk=pk)
    context = {"delivery": delivery, "letter": delivery.render()}
    return render(request, "outbox/mail.html", context)


@trial_only
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # as above
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups allow-popups-to-escape-sandbox"],
        "script-src": None,
    }
)
def mail_html(request: HttpRequest, pk: UUID) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.select_related("batch"), pk=pk)
    return HttpResponse(delivery.render().html)
