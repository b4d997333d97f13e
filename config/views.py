from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or sent from elsewhere."""
    return render(request, "403.html", {"csrf": True}, status=403)


def not_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page; unlike Django's own it reads no token out of a body that may be broken."""
    return render(request, "404.html", status=404)
